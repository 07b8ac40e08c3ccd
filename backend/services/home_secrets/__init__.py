"""How door codes and places of keys are kept, changed and looked at."""
