"""Use cases of people, of the ways to reach them, and of rosters."""
