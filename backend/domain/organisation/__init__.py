"""Who is responsible where: the organisation tree, opening hours, and which centre a home belongs to."""
