"""What travels between devices, gateway and backend: topics, messages, vocabulary. Pure: no IO, no clock."""
