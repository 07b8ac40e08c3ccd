"""Use cases of the alert: take in events, act, look again when a deadline is due, hand commands out."""
