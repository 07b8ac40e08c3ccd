"""Promises, one a file, on the real programs and a real Mosquitto."""
