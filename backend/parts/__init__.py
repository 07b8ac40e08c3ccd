"""One file per part of the platform: which use cases, routes and ticks it is made of."""
