"""MQTT in, durable hand-over to the backend, commands out. It meets the other programs on the wire only."""
