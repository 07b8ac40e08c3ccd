"""Who may log in at the broker, what each may do there, and how the broker is brought to agree with the registry."""
