"""What somebody who was called out may answer, and what keeps them safe while they are there."""
