"""Who may do what, and about whom: the table of permissions, and how far somebody sees."""
