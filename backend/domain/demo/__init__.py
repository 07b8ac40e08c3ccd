"""An invented island district with its history: the same for the same dice."""
