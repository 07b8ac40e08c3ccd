"""What the gateway decides: pure, no IO, no threads, no clock."""
