"""Use cases around notices: each leaves through the outbox, by the first channel that works."""
