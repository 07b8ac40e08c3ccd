"""Presses reconciled as they come in, and the daily statement of what became of them."""
