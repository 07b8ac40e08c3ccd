"""The ways out of the house: one file per provider or kind of provider, and what they share."""
