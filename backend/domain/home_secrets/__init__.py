"""Door codes and places of keys: what kinds there are, and who may look at one, when."""
