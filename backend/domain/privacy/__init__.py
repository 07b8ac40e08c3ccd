"""What residents have agreed to, and what becomes of what is kept about them."""
