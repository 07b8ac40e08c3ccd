"""The database and the registry of devices, on real databases."""
