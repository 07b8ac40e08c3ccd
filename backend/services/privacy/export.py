"""What somebody gets who asks what is kept about them: the records as JSON, the readings as JSON lines, in one ZIP."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO, Final

from backend.services.privacy.ports import PersonReader, Readings

RECORDS: Final = "records.json"
READINGS: Final = "readings.jsonl"
IN_MEMORY_BYTES: Final = 8 * 1024**2
PIECE: Final = 65536


class ExportResident:
    """The use case. Readings of years go through a temporary file, not through memory."""

    def __init__(self, reader: PersonReader, readings: Readings) -> None:
        self._reader = reader
        self._readings = readings

    def __call__(self, resident_id: str) -> Iterator[bytes] | None:
        """The pieces of the file, made whole before the first leaves; None: no such resident."""
        records = self._reader.gather(resident_id)
        if records is None:
            return None
        out = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 - closed when the last piece is read
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            body = {"resident_id": resident_id, "records": records}
            packed.writestr(RECORDS, json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True))
            with packed.open(READINGS, "w", force_zip64=True) as lines:
                for piece in self._readings(resident_id):
                    lines.write(piece)
        out.seek(0)
        return _pieces(out)


def _pieces(out: IO[bytes]) -> Iterator[bytes]:
    with out:
        while piece := out.read(PIECE):
            yield piece
