"""What the promise must survive: programs killed in the middle of it."""
