"""How fast people are answered, from events and nothing else."""
