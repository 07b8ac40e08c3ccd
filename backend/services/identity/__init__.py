"""Who is asking: staff with sessions, machines with tokens."""
