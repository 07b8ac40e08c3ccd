"""Use cases of the organisation tree: add, change, import, assign homes and staff, read."""
