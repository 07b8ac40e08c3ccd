"""Where readings and device statuses are kept: apart from the alerts, so that no burst makes a press wait."""
