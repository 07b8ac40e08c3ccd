"""The console in a real browser, against a backend that a test can script."""
