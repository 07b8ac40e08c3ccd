"""Who drains the telemetry of the broker: our lane and store, a stock paho client, `mosquitto_sub`.

All three use the lane's account, its session, its receive maximum and its niceness, one after the other; the broker is
the same.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO

from tests.harness.child import ROOT, python
from tests.harness.clock import stopwatch, wait_until
from tests.harness.programs import TELEMETRY_NICENESS
from tests.harness.system import System

LANE, STORE = "gateway-telemetry", "backend-telemetry"
ACCOUNT = "gw1.telemetry"
TOPIC = "care/v1/+/telemetry"
WINDOW = 2000
NICE = ("nice", "-n", str(TELEMETRY_NICENESS))
LIMIT_SECONDS = 300
OURS, PAHO, C_CLIENT = "platform: MQTT → durable → store", "stock paho client that counts", "mosquitto_sub"


class Consumer(ABC):
    """`start` returns when it is connected (or connecting, where messages wait already); `took` when it has all.

    It lives until `leave`, so that its processor time can be read.
    """

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def took(self, messages: int) -> tuple[float, float]:
        """When it had the first and the last of so many, in seconds of the monotonic clock."""

    @abstractmethod
    def pids(self) -> dict[str, int]:
        """Its processes by what they are called in the table."""

    @abstractmethod
    def leave(self) -> None: ...


class Ours(Consumer):
    """The gateway's telemetry lane, the backend and its embedded store; the last is had when it stands in the file."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._since = _newest(system) + 1
        self._first_at = 0.0

    def start(self) -> None:
        self._system.start(LANE)

    def is_connected(self) -> None:
        self._system.wait_ready()

    def took(self, messages: int) -> tuple[float, float]:
        wait_until(lambda: self._stored() > 0, "the first is stored", 60, every=0.005)
        first_at = stopwatch()
        wait_until(lambda: self._stored() >= messages, f"{messages} are stored", LIMIT_SECONDS, every=0.05)
        return first_at, stopwatch()

    def pids(self) -> dict[str, int]:
        return {"gateway": self._system.children[LANE].pid, "backend": self._system.children[STORE].pid}

    def leave(self) -> None:
        self._system.stop(LANE)

    def _stored(self) -> int:
        query = "SELECT count(*) FROM series JOIN points ON series_id = id WHERE metric = 'heart_rate' AND at >= ?"
        return _ask(self._system, query, self._since)


class Paho(Consumer):
    """paho-mqtt as its manual shows it."""

    def __init__(self, system: System) -> None:
        self._order = {
            "port": system.broker_port, "username": ACCOUNT, "password": _password(system), "topic": TOPIC,
            "window": WINDOW,
        }  # fmt: skip

    def start(self) -> None:
        self._process = subprocess.Popen(
            [*NICE, *python("bench.counting_client")],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._pipe(self._process.stdin).write(json.dumps(self._order) + "\n")
        self._pipe(self._process.stdin).flush()
        assert self._pipe(self._process.stdout).readline() == "ready\n"

    def took(self, messages: int) -> tuple[float, float]:
        self._pipe(self._process.stdin).write(f"{messages}\n")
        self._pipe(self._process.stdin).flush()
        first, last = json.loads(self._pipe(self._process.stdout).readline())
        return float(first), float(last)

    def pids(self) -> dict[str, int]:
        return {"client": self._process.pid}

    def leave(self) -> None:
        self._process.communicate(timeout=30)

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe


class CClient(Consumer):
    """Two bytes a message into a file."""

    def __init__(self, system: System) -> None:
        self._out = system.folder / "mosquitto_sub.out"
        self._command = [
            *NICE, "mosquitto_sub", "-V", "mqttv5", "-q", "1", "-c", "-x", "604800", "-p", str(system.broker_port),
            "-i", ACCOUNT, "-u", ACCOUNT, "-P", _password(system), "-t", TOPIC, "-F", "x",
            "-D", "connect", "receive-maximum", str(WINDOW),
        ]  # fmt: skip

    def start(self) -> None:
        with self._out.open("wb") as out:
            self._process = subprocess.Popen(self._command, stdout=out)

    def took(self, messages: int) -> tuple[float, float]:
        wait_until(lambda: self._count() > 0, "the first", 60, every=0.001)
        first_at = stopwatch()
        wait_until(lambda: self._count() >= messages, f"{messages} messages", LIMIT_SECONDS, every=0.005)
        return first_at, stopwatch()

    def pids(self) -> dict[str, int]:
        return {"client": self._process.pid}

    def leave(self) -> None:
        self._process.terminate()
        self._process.wait(10)

    def _count(self) -> int:
        return self._out.stat().st_size // 2


def _password(system: System) -> str:
    return Path(system.folder, "secrets", f"{ACCOUNT}.password").read_text().strip()


def _newest(system: System) -> int:
    return _ask(system, "SELECT coalesce(max(at), 0) FROM latest WHERE 1 >= ?", 1)


def _ask(system: System, query: str, value: int) -> int:
    with sqlite3.connect(f"file:{system.folder}/backend/telemetry.sqlite?mode=ro", uri=True, timeout=10) as store:
        (found,) = store.execute(query, (value,)).fetchone()
    return int(found)
