"""Which presses a device made, by its own numbers, and which of them arrived. Pure."""
