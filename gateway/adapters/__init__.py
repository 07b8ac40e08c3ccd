"""Where the gateway touches the world: broker, disk, backend, clock."""
