"""Use cases around escalation: policies are loaded, due runs advance, someone is told."""
