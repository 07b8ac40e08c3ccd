"""How one alert leaves the platform as evidence: whole, readable, and signed."""
