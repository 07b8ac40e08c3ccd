"""Changes of alerts and components, to every screen that watches."""
