"""Work orders: what is not an emergency and still has to be done, step by step, each with a deadline."""
