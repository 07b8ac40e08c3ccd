"""What a reading by itself says of a device: rules with a threshold to raise and another to clear."""
