"""HTTP: one file per resource; who may call what; errors as RFC 9457 problems."""
