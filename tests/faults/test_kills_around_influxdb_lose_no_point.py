"""`kill -9` of the process that writes, and of InfluxDB itself: what was taken is there, once, with its value.

On the `influxd` of this machine where there is one, else on the stand-in; the closing lines of a run say which.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from math import inf
from pathlib import Path

import pytest

from backend.adapters.telemetry.influx.store import InfluxTelemetryStore
from tests.harness.child import ROOT
from tests.harness.clock import wait_until, wall_now
from tests.harness.influx import Influxd, StandIn, influx_target, influxd, open_store
from tests.harness.influx_writer import PER_BATCH, numbered

ROUNDS = 4
BASE = float(wall_now().timestamp() // 3600 * 3600 - 3600)


@pytest.fixture
def server() -> Iterator[Influxd | StandIn]:
    influx_target()
    installed = influxd()
    if installed is not None:
        yield installed
        return
    stand_in = StandIn()
    yield stand_in
    stand_in.kill()


def stored(store: InfluxTelemetryStore) -> list[int]:
    wait_until(lambda: store.figures().waiting == 0 and store.figures().trouble is None, "all is sent", 60)
    readings = list(store.export("T1"))
    assert all(reading.at == numbered(int(reading.value), BASE).at for reading in readings)
    return sorted(int(reading.value) for reading in readings)


def killed_after(batches: int, server: Influxd | StandIn, folder: Path, prefix: str, first: int) -> int:
    """Let a process write, kill it after so many batches were taken; the last that it said was taken."""
    target = server.target
    arguments = [target.url, target.org, target.token, prefix, str(folder), str(first), str(BASE)]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.harness.influx_writer", *arguments],
        cwd=ROOT,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        said = [int(line) for line in (writer.stdout.readline() for _ in range(batches * 3)) if line.strip().isdigit()]
        writer.kill()
        said += [int(line) for line in writer.stdout.read().splitlines() if line.strip().isdigit()]
    return said[-1]


def test_a_killed_writer_has_lost_nothing_that_it_took(server: Influxd | StandIn, tmp_path: Path) -> None:
    prefix, last = server.target.prefix(), -1
    for number in range(ROUNDS):
        last = killed_after(15 + 10 * number, server, tmp_path, prefix, last + 1)
    store = open_store(server.target, tmp_path, prefix)
    found = stored(store)
    assert len(found) == len(set(found))
    assert set(found) >= set(range((last + 1) * PER_BATCH))
    store.stop()
    server.target.clear(prefix)


def test_a_killed_influxdb_gets_the_points_again(server: Influxd | StandIn, tmp_path: Path) -> None:
    prefix = server.target.prefix()
    store, finished = open_store(server.target, tmp_path, prefix, timeout_seconds=2.0), threading.Event()
    written = [0]

    def write() -> None:
        while not finished.is_set():
            store.write([numbered(written[0] + place, BASE) for place in range(PER_BATCH)])
            written[0] += PER_BATCH

    writer = threading.Thread(target=write, name="writer")
    writer.start()
    for _ in range(2):
        before = written[0]
        wait_until(lambda before=before: written[0] >= before + 400, "some are written")  # type: ignore[misc]
        server.kill()
        wait_until(lambda: store.figures().trouble, "the loss is seen")
        server.start()
    finished.set()
    writer.join()
    assert stored(store) == list(range(written[0]))
    assert len(store.range("T1", "steps", -inf, inf, 10**6)) == written[0]
    assert store.figures().quarantined == 0
    store.stop()
    server.target.clear(prefix)
