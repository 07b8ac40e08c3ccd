"""How refused messages are kept for inspection: JSON lines, one file and one before it, each at most so many bytes."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import structlog

from gateway.core.ports import Refused

log = structlog.get_logger()


class InspectionFile:
    """`{"topic","reason","received_at","payload_b64"}` per line, readable by the owner alone. Never raises."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._failing = False

    def keep(self, refused: Sequence[Refused]) -> None:
        """Append them; the oldest go when the bound is reached."""
        lines = "".join(_line(one) for one in refused)
        with self._lock:
            try:
                self._write(lines)
            except OSError as error:
                # What is refused is no press: losing the copy must not stop the lane.
                if not self._failing:
                    log.error("inspection_unwritable", error=type(error).__name__)
                self._failing = True
            else:
                self._failing = False

    def _write(self, lines: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists() and self._path.stat().st_size + len(lines) > self._max_bytes // 2:
            self._path.replace(self._path.with_name(self._path.name + ".1"))
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(lines)


def _line(refused: Refused) -> str:
    kept = {
        "topic": refused.topic[:256],
        "reason": refused.reason[:400],
        "received_at": refused.received_at,
        "payload_b64": base64.b64encode(refused.payload[:65_536]).decode(),
    }
    return json.dumps(kept) + "\n"
