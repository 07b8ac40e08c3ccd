"""Where the simulated fleet touches the world: broker, backend, disk, control socket, clock."""
