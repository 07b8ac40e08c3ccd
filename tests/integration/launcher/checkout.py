"""A checkout in a temporary folder with the real launcher and broker, and stand-ins for the other programs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.harness.broker import serves
from tests.harness.clock import wait_until
from tests.harness.ports import free_port

ROOT = Path(__file__).resolve().parents[3]
STAND_INS = ROOT / "tests" / "fakes" / "launcher_programs"
PROGRAMS = {"backend": "backend.py", "gateway": "listener.py", "device_sim": "listener.py"}
PORTS = (
    "broker",
    "http",
    "telemetry_http",
    "emergency_metrics",
    "telemetry_metrics",
    "sim_metrics",
    "launcher_metrics",
)


class Checkout:
    """Run `./care` commands in it; `ports` are free ones, given by environment; `extra` is more of that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("launcher", "config"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for program, source in PROGRAMS.items():
            (folder / program).mkdir()
            shutil.copy(STAND_INS / source, folder / program / "__main__.py")
        self.ports = {name: free_port() for name in PORTS}
        # The stand-in backend writes a file and speaks no MQTT.
        self.extra: dict[str, str] = {"CARE_LAUNCHER_BROKER_ACCESS": "files"}
        self._ups: list[subprocess.Popen[str]] = []

    def environment(self) -> dict[str, str]:
        ports = {f"CARE_LAUNCHER_{name.upper()}_PORT": str(port) for name, port in self.ports.items()}
        return {**os.environ, **ports, "CARE_LANG": "en", "PYTHONPATH": str(self.folder), **self.extra}

    def care(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command that ends by itself."""
        command = [sys.executable, "-m", "launcher", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment(), capture_output=True, text=True, timeout=60, check=False
        )

    def up(self, *options: str) -> subprocess.Popen[str]:
        """`care up` in the background, when it is ready."""
        process = self.begin(*options)
        wait_until(lambda: process.poll() is not None or self.record().get("ready"), "care up is ready", 60)
        assert process.poll() is None, self.output()
        return process

    def begin(self, *options: str) -> subprocess.Popen[str]:
        """`care up` in the background, at once."""
        out = (self.folder / "up.out").open("a")
        with out:
            process = subprocess.Popen(
                [sys.executable, "-m", "launcher", "up", "--no-console", *options],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                text=True,
            )
        self._ups.append(process)
        return process

    def output(self) -> str:
        return (self.folder / "up.out").read_text()

    def record(self) -> dict[str, Any]:
        """`var/run/up.json`, {} while there is none."""
        try:
            found: dict[str, Any] = json.loads((self.folder / "var/run/up.json").read_text())
        except FileNotFoundError:
            return {}
        return found

    def pid(self, child: str) -> int:
        return int(self.record()["children"][child]["pid"])

    def began_anew(self, child: str, before: int) -> bool:
        """Whether it runs as another process than `before`; between the two it stands nowhere."""
        row = self.record().get("children", {}).get(child)
        return row is not None and int(row["pid"]) != before

    def runs_broker(self) -> bool:
        """Whether the broker takes connections."""
        return serves("127.0.0.1", self.ports["broker"])

    def reports(self) -> list[dict[str, Any]]:
        """What the stand-in backend was told about health."""
        try:
            lines = (self.folder / "var/reports.jsonl").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in lines]

    def close(self) -> None:
        for process in self._ups:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(30)


def runs(pid: int) -> bool:
    """Whether a process lives; a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
