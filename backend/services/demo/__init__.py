"""The demo district: an invented island district with its history, made from a seed, loaded, shown and wiped."""
