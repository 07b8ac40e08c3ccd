"""The demo district: loaded, shown and wiped."""
