"""Which parts of the platform work, and whether this process can keep the promise now."""
