"""How one notice finds its way to one recipient: pure decisions about channels, attempts and time."""
