"""What the platform decides: plain functions of (state, event, now). No IO, no clock, no dice."""
