"""Readings, what devices say of themselves, and what became of commands: everything that is no event."""
