"""Use cases of the script: tick a step off, keep an alert open until it is done, hand over to 120, act on no voice."""
