"""What has to be done for an alarm of a kind, and what stands in the way of closing it."""
