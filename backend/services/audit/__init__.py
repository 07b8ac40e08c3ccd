"""The auditor: it trusts no timer but its own."""
