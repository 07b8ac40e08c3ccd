"""The platform: alerts, people and devices, storage, ingest and staff API, timers, live stream."""
