"""The real simulator as a process of its own, in a folder of its own, on the test's broker and registry."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from device_sim.adapters.ledger import read_ledger
from device_sim.model.record import Kind, Record
from tests.fakes.device_sim.registry import TOKEN
from tests.harness.child import ROOT, Child, clean_environment, python
from tests.harness.clock import wait_until


class RunningSim:
    """Start, press, kill. Reconnects within a second, so that tests need not wait for the fleet's patience."""

    def __init__(self, folder: Path, port: int, backend_url: str, **settings: object) -> None:
        self.ledger = folder / "ledger.jsonl"
        self.fleet = folder / "fleet.json"
        self.socket = folder / "s.sock"
        token = folder / "token"
        token.write_text(TOKEN)
        values: dict[str, object] = {
            "broker_port": port,
            "backend_url": backend_url,
            "token_file": token,
            "fleet_file": self.fleet,
            "ledger_file": self.ledger,
            "control_socket": self.socket,
            "terminals": 2,
            "sensors": 1,
            "will_delay_seconds": 0,
            "reconnect_seconds": 1,
            "reconnect_pressed_seconds": 0.5,
            "enrol_retry_seconds": 0.2,
            **settings,
        }
        self._env = clean_environment({f"CARE_SIM_{key.upper()}": str(value) for key, value in values.items()})
        started = '"event": "started"'
        self.child = Child("sim", python("device_sim", "run"), self._env, folder / "sim.log", started=started)

    def devices(self, kind: str = "terminal") -> list[str]:
        """Ids of the enrolled devices of that kind."""
        if not self.fleet.exists():
            return []
        return [row["device_id"] for row in json.loads(self.fleet.read_text())["devices"] if row["kind"] == kind]

    def records(self, kind: Kind) -> list[Record]:
        """What the ledger holds of that kind."""
        return [record for record in read_ledger(self.ledger) if record.kind is kind]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One call of the simulator's command line."""
        return subprocess.run(
            python("device_sim", *arguments), env=self._env, cwd=ROOT, capture_output=True, text=True, timeout=60
        )

    def press(self, device_id: str, wait: float = 15, **more: object) -> tuple[int, list[dict[str, Any]]]:
        """Exit code and what was printed."""
        options = [text for key, value in more.items() for text in (f"--{key}", str(value))]
        done = self.command("press", device_id, "--json", "--wait", str(wait), *options)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    def wait(self, text: str) -> None:
        """Until the simulator has said so."""
        wait_until(lambda: text in self.child.tail(500) or not self.child.running, f"the simulator says {text}")
        assert self.child.running, self.child.tail()
