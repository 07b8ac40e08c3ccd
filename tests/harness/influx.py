"""Which InfluxDB a test run uses: one that is named, one that is installed, or the stand-in; and where to say so."""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import tempfile
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from backend.adapters.clock import SystemClock
from backend.adapters.telemetry.influx.address import Address
from backend.adapters.telemetry.influx.store import InfluxOptions, InfluxTelemetryStore
from tests.fakes.influx_server import ORG, TOKEN, InfluxWireServer
from tests.harness.child import Child
from tests.harness.clock import wait_until, wall_now
from tests.harness.ports import free_port

USED: Final[dict[str, str]] = {}
"""What ran, for the closing lines of a test run: empty where no test asked for an InfluxDB."""
STAND_IN: Final = "stand-in on the wire (proves the protocol, not InfluxDB's Flux)"


@dataclass(frozen=True)
class InfluxTarget:
    """A server to test against; `wire` is the stand-in where it is that."""

    url: str
    org: str
    token: str
    what: str
    wire: InfluxWireServer | None = None

    def prefix(self) -> str:
        """A prefix of buckets that no other test has."""
        return f"t{uuid.uuid4().hex[:12]}"

    def token_file(self, folder: Path) -> Path:
        """The token in a file of that folder."""
        path = folder / "influx.token"
        path.write_text(self.token)
        return path

    def clear(self, prefix: str) -> None:
        """Drop the buckets and tasks of a test."""
        if self.wire is None:
            for kind, plural in (("tasks", "tasks"), ("buckets", "buckets")):
                for name in (f"{prefix}-raw", f"{prefix}-1m", f"{prefix}-1h"):
                    for found in self._found(kind, plural, name):
                        self.call("DELETE", f"/api/v2/{kind}/{found}")

    def _found(self, kind: str, plural: str, name: str) -> list[str]:
        try:
            answer = json.loads(self.call("GET", f"/api/v2/{kind}?name={name}"))
        except urllib.error.HTTPError:
            return []
        return [row["id"] for row in answer[plural]]

    def call(self, method: str, path: str, body: object = None) -> bytes:
        """One call of the server's own interface, beside the adapter."""
        told = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, told, headers, method=method)
        with urllib.request.urlopen(request, timeout=15) as answer:
            return bytes(answer.read())


class Influxd:
    """An `influxd` of this machine with data of its own, which can be killed and started again."""

    def __init__(self, binary: str, folder: Path) -> None:
        port = free_port()
        self.target = InfluxTarget(f"http://127.0.0.1:{port}", ORG, f"{TOKEN}-0123456789", f"influxd: {binary}")
        command = [binary, "--http-bind-address", f"127.0.0.1:{port}", "--reporting-disabled", "--log-level", "error"]
        command += ["--bolt-path", f"{folder}/bolt", "--sqlite-path", f"{folder}/sqlite"]
        command += ["--engine-path", f"{folder}/engine"]
        self.child = Child("influxd", command, dict(os.environ), folder / "influxd.log")

    def start(self) -> None:
        """Until it answers; set up at the first time."""
        self.child.start()
        wait_until(self._answers, "influxd answers", 60)
        if json.loads(self.target.call("GET", "/api/v2/setup"))["allowed"]:
            account = {"username": "care", "password": "care-of-tests", "org": ORG, "bucket": "none"}
            self.target.call("POST", "/api/v2/setup", {**account, "token": self.target.token})

    def kill(self) -> None:
        """At once, as by a power cut of its process."""
        self.child.kill()

    def _answers(self) -> bool:
        try:
            self.target.call("GET", "/health")
        except OSError:
            return False
        return True


@functools.cache
def influx_target() -> InfluxTarget:
    """The one of this test process; started at first use."""
    target = _named() or _installed() or _stand_in()
    USED["InfluxDB"] = target.what
    return target


def _named() -> InfluxTarget | None:
    url, token = os.environ.get("CARE_TEST_INFLUX_URL"), os.environ.get("CARE_TEST_INFLUX_TOKEN")
    if not url or not token:
        return None
    return InfluxTarget(url.rstrip("/"), os.environ.get("CARE_TEST_INFLUX_ORG", ORG), token, f"server at {url}")


@functools.cache
def influxd() -> Influxd | None:
    """The one that is installed, running; None where none is."""
    binary = shutil.which("influxd")
    if binary is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="careinflux"))
    server = Influxd(binary, folder)
    server.start()
    # In the reverse order: ended first, then its data go.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.kill)
    return server


def _installed() -> InfluxTarget | None:
    server = influxd()
    return server.target if server else None


def _stand_in() -> InfluxTarget:
    wire = InfluxWireServer(wall_now)
    wire.start()
    return InfluxTarget(wire.url, ORG, TOKEN, STAND_IN, wire)


class StandIn:
    """A stand-in of a test's own, which can go away and come back with what it had."""

    def __init__(self) -> None:
        self.wire = InfluxWireServer(wall_now)
        self.wire.start()
        self.target = InfluxTarget(self.wire.url, ORG, TOKEN, STAND_IN, self.wire)

    def start(self) -> None:
        """Listen again."""
        self.wire.start()

    def kill(self) -> None:
        """Stop listening, and cut what is under way."""
        self.wire.stop()


def open_store(
    target: InfluxTarget,
    folder: Path,
    prefix: str = "care",
    *,
    now: Callable[[], datetime] | None = None,
    timeout_seconds: float = 10.0,
    **more: Any,
) -> InfluxTelemetryStore:
    """A store with its backlog in `folder`, begun; the caller stops it."""
    clock = SystemClock()
    address = Address(target.url, target.org, target.token_file(folder), timeout_seconds)
    options = InfluxOptions(address, folder / "backlog.sqlite", prefix, **more)
    store = InfluxTelemetryStore(options, _Clock(now or clock.now), clock.monotonic)
    store.start()
    return store


@dataclass(frozen=True)
class _Clock:
    now: Callable[[], datetime]
