"""What a sender itself says that it sent and heard: JSON lines, each on the disk before anything follows from it."""

from __future__ import annotations

import json
import os
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class Kind(StrEnum):
    """What one line tells."""

    PRESSED = "pressed"
    SENT = "sent"
    HEARD = "heard"


@dataclass
class Story:
    """One press as its sender saw it. `received`: the command ids of every `received` answer that named it."""

    device_id: str
    event_id: str
    sent: int = 0
    stages: list[str] = field(default_factory=list)
    received: list[str] = field(default_factory=list)


class Ledger:
    """Appended to by the terminals of one fleet; read by whoever reconciles."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file = path.open("ab", buffering=0)

    def write(self, kind: Kind, device_id: str, event_id: str | None, **detail: Any) -> None:
        """On the disk when this returns."""
        line = json.dumps({"kind": kind, "device_id": device_id, "event_id": event_id, **detail}).encode() + b"\n"
        with self._lock:
            self._file.write(line)
            os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every line, in the order written."""
        with self.path.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)

    def stories(self) -> dict[tuple[str, str], Story]:
        """Each press by device and event id."""
        stories: dict[tuple[str, str], Story] = {}
        heard: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for line in self.lines():
            key = (line["device_id"], line["event_id"])
            if line["kind"] == Kind.PRESSED:
                stories[key] = Story(*key)
            elif line["kind"] == Kind.SENT:
                stories[key].sent += 1
            elif line.get("command") == "reassure":
                heard[key].append(line)
        for key, lines in heard.items():
            story = stories[key]
            story.stages = [line["stage"] for line in lines]
            story.received = [line["command_id"] for line in lines if line["stage"] == "received"]
        return stories
