"""Use cases: one verb a file, one transaction a use case; what they need of the world stands in their ports."""
