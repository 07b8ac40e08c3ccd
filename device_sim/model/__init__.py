"""How a device behaves: pure and seeded; time comes in as an argument, nothing is sent or written here."""
