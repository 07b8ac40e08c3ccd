"""InfluxDB's stand-in of the tests as a process of its own, so that its work is not the judge's.

`python -m bench.faulty_influxdb` prints its address and then obeys one word a line, `healthy` or one of `TROUBLES`; it
answers each with the word when that is in force.
"""

from __future__ import annotations

import subprocess
import sys
import zlib
from typing import Self

from tests.fakes.influx_server import TOKEN, Fault, InfluxWireServer
from tests.harness.child import ROOT, python

SLOW_SECONDS = 10.0
FAULTS = {
    "slow": Fault(status=204, seconds=SLOW_SECONDS),
    "unauthorised": Fault(status=401),
    "overloaded": Fault(status=503, retry_after="1"),
    "unprocessable": Fault(status=422),
    "throttled": Fault(status=429, retry_after="1"),
    "disk_full": Fault(status=500, message="write to WAL: no space left on device"),
}
"""What each write gets."""
TROUBLES = ("away", *FAULTS, "partial_write")
"""`away`: nothing listens; `partial_write`: one line in a thousand is refused (422), the rest of its call is stored."""
BAD_OF = 1000


class FaultyInfluxdb:
    """Use as a context manager."""

    token = TOKEN

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            python("bench.faulty_influxdb"), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.url = self._read()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(15)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def become(self, state: str) -> None:
        """In force when this returns."""
        assert self._process.stdin is not None
        self._process.stdin.write(state + "\n")
        self._process.stdin.flush()
        assert self._read() == state

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def serve() -> None:
    """Until stdin ends."""
    server = InfluxWireServer()
    server.start()
    runs = True
    print(server.url, flush=True)
    for line in sys.stdin:
        state = line.strip()
        if runs and state == "away":
            server.stop()
        if not runs and state != "away":
            server.start()
        runs = state != "away"
        server.fault = FAULTS.get(state)
        server.bad_line = _is_bad if state == "partial_write" else _is_good
        print(state, flush=True)
    if runs:
        server.stop()


def _is_bad(line: str) -> bool:
    return zlib.crc32(line.encode()) % BAD_OF == 0


def _is_good(_: str) -> bool:
    return False


if __name__ == "__main__":
    serve()
