"""A copy of the programs in a folder of its own, started as people start them: `./care …`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import httpx2
import psutil

from tests.harness.child import ROOT, Child, clean_environment
from tests.harness.clock import wait_until
from tests.harness.ports import free_port
from tests.harness.system import Credential
from tests.harness.wire import MosquittoRr

PROGRAMS: Final = ("backend", "config", "contract", "device_sim", "gateway", "launcher")
PORTS: Final = (
    "broker",
    "http",
    "telemetry-http",
    "emergency-metrics",
    "telemetry-metrics",
    "sim-metrics",
    "launcher-metrics",
)


class Checkout:
    """A copy of the programs, run with the environment of this one. `further`: options of `up`; `given`: variables."""

    def __init__(self, folder: Path, *further: str, **given: str) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in PORTS}
        for name in PROGRAMS:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        options = [part for name, port in self.ports.items() for part in (f"--{name}-port", str(port))]
        self.up = Child(
            "care",
            self.command("up", "--no-console", *options, *further),
            clean_environment(given),
            folder / "care.log",
            cwd=folder,
        )

    def command(self, *arguments: str) -> list[str]:
        """What `./care` becomes once the environment is there; `./care` itself would mend the one that we run in."""
        return [sys.executable, "-m", "launcher", *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`./care …` to its end."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=clean_environment({}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def record(self) -> dict[str, Any]:
        """What runs, as `./care up` wrote it down."""
        path = self.folder / "var" / "run" / "up.json"
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def pids(self) -> dict[str, int]:
        """Process ids by child."""
        return {name: row["pid"] for name, row in self.record().get("children", {}).items()}

    def figures(self, port: str) -> str:
        """`/metrics` of the program on that port, with the token that Prometheus has."""
        token = (self.folder / "var/secrets/prometheus.token").read_text().strip()
        url = f"http://127.0.0.1:{self.ports[port]}/metrics"
        return httpx2.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=10).raise_for_status().text

    def close(self) -> None:
        """Kill what runs, and remove the folder once nothing can write there any more."""
        pids = self.pids().values()
        self.up.kill()
        wait_until(lambda: not any(_runs(pid) for pid in pids), "the launcher's children have died with it")
        # One that was just being started again is in no record yet; it dies with the launcher as well.
        wait_until(lambda: _removed(self.folder), "nothing writes there any more")

    def press(self, device: Credential, event_id: str) -> dict[str, Any]:
        """One press with Mosquitto's own client, and the answer."""
        event = {
            "specversion": "1.0",
            "id": event_id,
            "source": f"care/v1/{device.device_id}",
            "type": "care.sos.pressed",
        }
        log = self.folder / f"{event_id}.log"
        client = MosquittoRr(self.ports["broker"], device, json.dumps(event), log)
        answer = client.answer()
        client.end()
        return answer


def _removed(folder: Path) -> bool:
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
