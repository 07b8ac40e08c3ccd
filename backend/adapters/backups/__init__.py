"""How a database becomes a file that can be put back, and how such a file is proved."""
