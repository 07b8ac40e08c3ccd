"""Log-in and access, on real databases and over HTTP."""
