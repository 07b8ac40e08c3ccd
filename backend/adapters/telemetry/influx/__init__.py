"""The time series in InfluxDB 2.x: what is written there, what waits on disk, and what is asked of it."""
