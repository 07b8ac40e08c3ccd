"""How consents are taken down, what is kept is handed out, and how it is erased."""
