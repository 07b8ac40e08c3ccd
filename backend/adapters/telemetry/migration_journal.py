"""How far a copy between telemetry stores has come, on disk: JSON lines, each durable before the next batch is read.

A line torn by a crash is left out: the batch before it is copied once more, which changes nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backend.services.telemetry.migrate import Counts, Place


class MigrationJournalFile:
    """`Journal` in a file of its own; one copy at a time."""

    def __init__(self, path: Path) -> None:
        """Raises OSError where the file cannot be written."""
        self.path = path
        self._places: dict[str, Place] = {}
        self._finished: dict[str, Counts] = {}
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        self._read()

    def place(self, device_id: str) -> Place | None:
        """How far an unfinished device has come."""
        return self._places.get(device_id)

    def finished(self) -> Mapping[str, Counts]:
        """The devices that are copied."""
        return dict(self._finished)

    def note(self, device_id: str, place: Place) -> None:
        """All of the device up to `place` is in the target."""
        self._append({"device": device_id, "metric": place.metric, "at": place.at})

    def finish(self, device_id: str, counts: Counts) -> None:
        """All of the device is in the target."""
        self._append({"device": device_id, "counts": dict(counts)})

    def reopen(self, device_id: str) -> None:
        """The device is to be copied again from its beginning."""
        self._append({"device": device_id})

    def close(self) -> None:
        """Let go of the file; what it says stays."""
        os.close(self._fd)

    def _read(self) -> None:
        whole = self.path.read_bytes()
        for line in whole.splitlines():
            try:
                self._apply(json.loads(line))
            except ValueError:
                continue
        if whole and not whole.endswith(b"\n"):
            os.write(self._fd, b"\n")  # or the next line would be glued to the torn one and lost with it

    def _append(self, entry: dict[str, Any]) -> None:
        os.write(self._fd, json.dumps(entry).encode() + b"\n")
        os.fdatasync(self._fd)
        self._apply(entry)

    def _apply(self, entry: dict[str, Any]) -> None:
        device_id = entry["device"]
        self._places.pop(device_id, None)
        self._finished.pop(device_id, None)
        if "counts" in entry:
            self._finished[device_id] = entry["counts"]
        elif "metric" in entry:
            self._places[device_id] = Place(entry["metric"], entry["at"])
