"""The ledger on disk: JSON lines, append-only, one writer, written by the sender as it sends."""

from __future__ import annotations

import fcntl
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from contract.codec import encode
from device_sim.model.record import Kind, Record

Watcher = Callable[[Record], None]


class LedgerBusy(Exception):  # noqa: N818 - an answer, not a fault
    """Another simulator writes this ledger."""


def read_ledger(path: Path) -> Iterator[Record]:
    """The records in their order. A line that cannot be read (torn by a crash) is left out; no file is no records."""
    if not path.exists():
        return
    with path.open("rb") as lines:
        for line in lines:
            try:
                yield msgspec.json.decode(line, type=Record)
            except msgspec.DecodeError:
                continue


class Ledger:
    """Appends records. `pressed` is on disk (fsync) when `append` returns; the rest survives kill -9 of the process.

    `written` counts what was appended since the start, by kind.
    """

    def __init__(self, path: Path) -> None:
        """Raises `LedgerBusy` where another process holds the file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._fd)
            raise LedgerBusy(str(path)) from None
        self._mend_tail()
        self.written: Counter[Kind] = Counter(dict.fromkeys(Kind, 0))
        self._watchers: dict[str, list[Watcher]] = {}

    def _mend_tail(self) -> None:
        size = os.fstat(self._fd).st_size
        if size and os.pread(self._fd, 1, size - 1) != b"\n":
            self._write(b"\n")  # or the next record would be glued to the torn one and lost with it

    def append(self, record: Record) -> None:
        """Write one record and tell its device's watchers. Raises OSError where the disk refuses it."""
        self._write(encode(record) + b"\n")
        self.written[record.kind] += 1
        if record.kind is Kind.PRESSED:
            os.fsync(self._fd)
        for watcher in list(self._watchers.get(record.device_id, ())):
            watcher(record)

    def _write(self, data: bytes) -> None:
        written = os.write(self._fd, data)
        if written != len(data):
            raise OSError(f"ledger: {written} of {len(data)} bytes written")

    def watch(self, device_id: str, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher` with each new record of a device; the answer stops that."""
        watchers = self._watchers.setdefault(device_id, [])
        watchers.append(watcher)
        return lambda: watchers.remove(watcher)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._fd)
