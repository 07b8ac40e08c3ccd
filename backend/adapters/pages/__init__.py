"""Pages for people without an account: rendered here, without a script, in both languages."""
