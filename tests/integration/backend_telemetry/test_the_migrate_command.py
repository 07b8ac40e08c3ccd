"""`python -m backend telemetry-migrate` as a process: killed and called again, it copies all and says how it went."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.adapters.clock import SystemClock
from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.influx.address import Address
from backend.adapters.telemetry.influx.store import InfluxOptions, InfluxTelemetryStore
from backend.adapters.telemetry.sqlite import SqliteTelemetryStore
from backend.copying import CopyExit
from backend.services.telemetry.ports import DeviceReading
from tests.fakes.influx_server import Fault, InfluxWireServer
from tests.harness.child import ROOT, clean_environment, python
from tests.harness.clock import wait_until, wall_now

DEVICES = [f"T{number}" for number in range(6)]
READINGS = 2500


class Command:
    """The command, its stores, and the server between them."""

    def __init__(self, folder: Path, server: InfluxWireServer) -> None:
        self.folder = folder
        self.server = server
        token = folder / "influx.token"
        token.write_text(server.token)
        self.environment = clean_environment(
            {
                "CARE_BACKEND_DATABASE_URL": f"sqlite:///{folder}/care.sqlite",
                "CARE_BACKEND_TELEMETRY_PATH": str(folder / "telemetry.sqlite"),
                "CARE_BACKEND_INFLUX_URL": server.url,
                "CARE_BACKEND_INFLUX_TOKEN_FILE": str(token),
                "CARE_BACKEND_INFLUX_BACKLOG_PATH": str(folder / "backlog.sqlite"),
                "CARE_BACKEND_INFLUX_TIMEOUT_SECONDS": "2",
            }
        )
        self.source = SqliteTelemetryStore(TelemetryDatabase(folder / "telemetry.sqlite"), SystemClock().monotonic)
        address = Address(server.url, "care", token)
        options = InfluxOptions(address, folder / "reader-backlog.sqlite")
        self.target = InfluxTelemetryStore(options, SystemClock(), SystemClock().monotonic)

    def start(self, *options: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            python("backend", "telemetry-migrate", *options), env={**self.environment, **more}, cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, *options: str, **more: str) -> tuple[int, str]:
        """Exit code, and what it said."""
        process = self.start(*options, **more)
        said, _ = process.communicate(timeout=120)
        return process.returncode, said

    def journal(self) -> list[str]:
        return [line for path in self.folder.glob("migrate-*.jsonl") for line in path.read_text().splitlines()]

    def is_whole(self) -> bool:
        return all(list(self.target.export(device)) == list(self.source.export(device)) for device in DEVICES)


@pytest.fixture
def server() -> Iterator[InfluxWireServer]:
    running = InfluxWireServer()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def command(tmp_path: Path, server: InfluxWireServer) -> Iterator[Command]:
    made = Command(tmp_path, server)
    begin = wall_now().astimezone(UTC) - timedelta(days=2)
    for device in DEVICES:
        made.source.write([_reading(device, begin + timedelta(seconds=number)) for number in range(READINGS)])
    yield made
    made.target.stop()


def _reading(device: str, at: datetime) -> DeviceReading:
    second = int(at.timestamp())
    value: float | bool = second % 2 == 0 if second % 3 == 0 else 60 + second % 40
    metric = "motion" if isinstance(value, bool) else "heart_rate"
    return DeviceReading(device, metric, round(at.timestamp(), 6), value, at)


def test_killed_and_called_again_it_copies_all_and_compares(command: Command) -> None:
    process = command.start()
    wait_until(lambda: len(command.journal()) >= 3 or process.poll() is not None, "some is copied", 60, every=0.002)
    assert process.poll() is None, process.communicate()
    process.kill()
    process.communicate(timeout=10)
    assert any('"counts"' in line for line in command.journal()), "one device was done"

    code, said = command.run()
    assert code == CopyExit.COMPLETE, said
    assert "复制 copying: 6/6 设备 devices" in said
    assert f"核对 comparing: 6/6 设备 devices, {len(DEVICES) * READINGS} 读数 readings" in said
    assert "every reading has arrived" in said
    assert command.is_whole()
    assert command.journal() == [], "the next copy begins afresh"


def test_what_the_server_refuses_for_good_is_named(command: Command, server: InfluxWireServer) -> None:
    server.bad_line = lambda line: ",device_id=T3," in line and "motion" in line and line[-7] == "7"
    code, said = command.run()
    assert code == CopyExit.DIFFERENT, said
    assert "T3 motion: " in said
    assert "1 series hold less than was copied" in said
    server.bad_line = lambda _: False
    assert command.run()[0] == CopyExit.COMPLETE
    assert command.is_whole()


def test_without_a_server_it_says_so_and_copies_nothing(command: Command, server: InfluxWireServer) -> None:
    server.stop()
    code, said = command.run()
    assert code == CopyExit.UNREACHABLE
    assert "call again to go on" in said
    assert "Traceback" not in said
    server.start()
    server.fault = Fault(status=503, calls=3, retry_after="0")
    assert command.run()[0] == CopyExit.COMPLETE
    assert command.is_whole()


def test_the_file_forgets_only_what_has_arrived_and_only_when_nobody_uses_it(
    command: Command, server: InfluxWireServer
) -> None:
    code, said = command.run("--forget")
    assert code == CopyExit.USAGE
    assert "still uses the file" in said
    in_use = {"CARE_BACKEND_TELEMETRY_STORE": "influx"}
    server.bad_line = lambda line: ",device_id=T3," in line and line[-7] == "7"
    assert command.run("--forget", **in_use)[0] == CopyExit.DIFFERENT
    server.bad_line = lambda _: False
    before = {device: list(command.source.export(device)) for device in DEVICES}
    assert all(len(readings) == READINGS for readings in before.values())
    assert command.run("--forget", **in_use)[0] == CopyExit.COMPLETE
    assert {device: list(command.target.export(device)) for device in DEVICES} == before
    assert [device for device in DEVICES if list(command.source.export(device))] == []
    assert command.source.latest_many(DEVICES) == {}
