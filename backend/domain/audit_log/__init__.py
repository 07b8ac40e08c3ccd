"""Who saw and changed what: the entries of the audit log, and the chain that keeps them as they were written."""
