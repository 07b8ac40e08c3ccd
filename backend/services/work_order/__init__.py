"""Use cases of work orders: make one, move it on, watch its deadlines, tell whoever has to act."""
