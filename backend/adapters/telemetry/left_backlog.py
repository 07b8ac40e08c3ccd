"""What still waits for InfluxDB on this machine while the embedded store is in use: erasures reach it as well."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from backend.adapters.telemetry.influx.backlog_file import BacklogFile
from backend.adapters.telemetry.units import micros


class LeftBacklog:
    """`Forgets` on a backlog file that nobody fills or sends; no file, nothing to forget."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def forget(self, device_id: str, until: datetime | None) -> int:
        """What waits, what was refused for good, and the latest values. Says how many readings waited."""
        if not self._path.exists():
            return 0
        limit = 2**62 if until is None else micros(until)
        file = BacklogFile(self._path)
        try:
            with file.writing() as connection:
                for table in ("quarantine", "latest", "waiting"):
                    gone = connection.execute(
                        f"DELETE FROM {table} WHERE device_id = ? AND (at <= ? OR received <= ?)",  # noqa: S608 - constants
                        (device_id, limit, limit),
                    ).rowcount
            file.checkpoint()
        finally:
            file.close()
        return gone
