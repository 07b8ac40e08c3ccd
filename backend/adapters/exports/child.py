"""Files are made in a process of their own, at low priority: a year as a workbook never makes a press wait."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import msgspec

from backend.services.telemetry.homes import Place
from backend.services.telemetry.ports import TelemetryAway

READ_BYTES: Final = 65536
_ROOT: Final = Path(__file__).parents[3]


class ExportRequest(msgspec.Struct, frozen=True):
    """What the child reads on its standard input; `settings` are those in force, which may hold a password."""

    settings: dict[str, Any]
    places: list[Place]
    format: str


class ChildExports:
    """Starts `command` for each file, which writes it to its standard output. Nothing is given on the command line."""

    def __init__(self, command: Sequence[str], settings: Mapping[str, Any]) -> None:
        self._command = list(command)
        self._settings = dict(settings)

    def __call__(self, places: Sequence[Place], format_: str) -> Iterator[bytes]:
        """The pieces of the file. Raises `TelemetryAway` where the child fails, in the middle too; ends it if left."""
        request = msgspec.json.encode(
            {"settings": self._settings, "places": [asdict(place) for place in places], "format": format_}
        )
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        with subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
        ) as child:
            try:
                yield from _pieces(child, request)
                if child.wait() != 0:
                    raise TelemetryAway("the export broke off")
            finally:
                child.kill()


def _pieces(child: subprocess.Popen[bytes], request: bytes) -> Iterator[bytes]:
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(request)
        child.stdin.close()
    except BrokenPipeError:
        return  # it has ended already: its exit code says how
    while piece := child.stdout.read(READ_BYTES):
        yield piece
