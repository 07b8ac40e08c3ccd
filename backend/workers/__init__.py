"""What runs without being asked: the bell and the ticks that it rings. APScheduler lives here only."""
