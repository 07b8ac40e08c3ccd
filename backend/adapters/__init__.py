"""What touches the world: databases, files, the clock."""
