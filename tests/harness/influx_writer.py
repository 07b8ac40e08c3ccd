"""A process that writes numbered readings to a store until it is killed, and says of each batch that it is taken."""

from __future__ import annotations

import sys
from pathlib import Path

from backend.services.telemetry.ports import DeviceReading
from tests.harness.clock import wall_now
from tests.harness.influx import InfluxTarget, open_store

PER_BATCH = 20


def numbered(number: int, base: float) -> DeviceReading:
    """The reading of that number: a millisecond apart from `base` on; the value tells the number again."""
    return DeviceReading("T1", "steps", base + number / 1000, float(number), wall_now())


def main(url: str, org: str, token: str, prefix: str, folder: str, first: str, base: str) -> None:
    """Batch `first` and on; its number on a line of its own once it is durable."""
    store = open_store(InfluxTarget(url, org, token, "given"), Path(folder), prefix)
    for batch in range(int(first), 1_000_000):
        store.write([numbered(batch * PER_BATCH + place, float(base)) for place in range(PER_BATCH)])
        print(batch, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
