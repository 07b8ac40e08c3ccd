"""Whether somebody may do what they ask for: a use case before every other."""
