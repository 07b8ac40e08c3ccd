"""How the audit log is written, chained, read and proved."""
