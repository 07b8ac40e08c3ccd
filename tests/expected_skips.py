"""Which tests may be skipped under `./care test`, and why; any other skip fails the run."""

from __future__ import annotations

# Part of a test's id → the reason.
EXPECTED_SKIPS: dict[str, str] = {
    "test_grafana_only_reads": "needs a real InfluxDB: CARE_TEST_INFLUX_URL, or influxd on PATH",
}


def expected_reason(test_id: str) -> str | None:
    """Why this test may be skipped, None when it may not."""
    return next((reason for part, reason in EXPECTED_SKIPS.items() if part in test_id), None)
