"""Which devices there are, where they stand, who lives there, and with which secret a device may connect."""
