"""`python -m backend.exporting`: one export, from a request on standard input to a file on standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo

import msgspec
import structlog

from backend.adapters.clock import SystemClock
from backend.adapters.exports.child import ExportRequest
from backend.adapters.exports.text import csv_chunks, json_chunks
from backend.adapters.exports.workbook import workbook_chunks
from backend.adapters.log import set_up_logging
from backend.services.telemetry.export_telemetry import ExportRow, ExportTelemetry
from backend.services.telemetry.ports import TelemetryAway
from backend.settings import Settings
from backend.telemetry_store import ChosenTelemetry

log = structlog.get_logger()

NICE: Final = 10
WRITERS: Final[dict[str, Callable[[Iterable[ExportRow], ZoneInfo], Iterator[bytes]]]] = {
    "csv": csv_chunks,
    "xlsx": workbook_chunks,
    "jsonl": json_chunks,
}


class ExportExit(IntEnum):
    """Exit codes: any but `DONE` means that the file is not whole."""

    DONE = 0
    AWAY = 5


def export(request: ExportRequest, out: BinaryIO) -> ExportExit:
    """Write the file that is asked for."""
    settings, clock = Settings(**request.settings), SystemClock()
    set_up_logging(settings.log_level)
    chosen = ChosenTelemetry(settings, clock)
    rows = ExportTelemetry(chosen.store, chosen.states, clock, chosen.retention.raw)(request.places)
    try:
        for piece in WRITERS[request.format](rows, ZoneInfo(settings.time_zone)):
            out.write(piece)
            out.flush()
    except TelemetryAway as away:
        log.warning("telemetry_export_broke_off", reason=str(away)[:200])
        return ExportExit.AWAY
    finally:
        chosen.stop()
    return ExportExit.DONE


if __name__ == "__main__":
    os.nice(NICE)
    sys.exit(export(msgspec.json.decode(sys.stdin.buffer.read(), type=ExportRequest), sys.stdout.buffer))
