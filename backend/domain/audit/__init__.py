"""Looking separately whether the platform does what it promised."""
