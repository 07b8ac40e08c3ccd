"""Devices, homes and the people in them: how they may change, and what follows from it."""
