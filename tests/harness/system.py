"""The real programs with a real Mosquitto as processes of their own, in a folder and on ports of their own.

What `./care up` does, without `./care`: starts them, and starts again what ends by itself (and remembers it: most tests
allow none).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from tests.harness.child import Child
from tests.harness.clock import PATIENCE_SECONDS, stopwatch, wait_until
from tests.harness.desk import Desk, demo_accounts
from tests.harness.programs import Programs
from tests.harness.wire import accepts

CANARY_EXIT: Final = 70
"""A gateway that has not heard its own echo leaves so, and wants to be started again (reliability.md, rule 13)."""
ENROL_AT_ONCE: Final = 200
LOOK_SECONDS: Final = 0.05
RESTART_SECONDS: Final = 0.5
STOP_ORDER: Final = ("gateway", "backend", "broker")
"""How names begin."""
Figures = dict[tuple[str, ...], float]
"""Figures by the values of their labels."""


@dataclass(frozen=True)
class Credential:
    """What a device logs in to the broker with."""

    device_id: str
    secret: str


class System:
    """Use as a context manager: everything is ready inside, and nothing runs afterwards.

    `gateways`: ids of gateways, each with both lanes; the second one hands its events to the second backend where
    `backends` is 2. `settings`: further environment for every program (`CARE_BACKEND_…`, `CARE_GATEWAY_…`).
    """

    def __init__(
        self,
        folder: Path,
        database_url: str | None = None,
        gateways: Sequence[str] = ("gw1",),
        backends: int = 1,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.ended: list[tuple[str, int | None]] = []
        """Programs that ended although nobody told them to, with the exit code."""
        self._programs = Programs(folder, database_url, gateways, backends, settings or {})
        self.children = self._programs.children
        self.broker_port = self._programs.broker_port
        self._lock = threading.RLock()
        self._stopped = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="system-watcher", daemon=True)

    def __enter__(self) -> Self:
        try:
            self._watcher.start()
            for name in self.children:
                self.start(name)
            self.wait_ready()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        codes = self._end()
        assert all(code == 0 for code in codes.values()), f"exit codes after SIGTERM: {codes}\n{self.logs()}"

    # programs

    def start(self, name: str) -> None:
        """Start one program."""
        with self._lock:
            self.children[name].start()

    def stop(self, name: str) -> None:
        """SIGTERM; the program must leave with 0 in time."""
        with self._lock:
            self.children[name].wanted = False
        code = self.children[name].stop()
        assert code == 0, f"{name} left with {code}:\n{self.children[name].tail()}"

    def kill(self, name: str) -> None:
        """SIGKILL."""
        with self._lock:
            self.children[name].kill()

    def wait_ready(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Until every backend answers and every gateway lane has its broker."""
        for name, url in self._programs.urls.items():
            wait_until(partial(_answers, f"{url}/healthz"), f"{name} answers", seconds)
        for name in self._programs.metrics_ports:
            wait_until(partial(self._connected, name), f"{name} is connected", seconds, every=0.05)

    def logs(self) -> str:
        """The last lines of every program."""
        return "\n".join(f"=== {child.name} ===\n{child.tail()}" for child in self.children.values())

    # people and devices

    def desk(self, username: str = "op1", second: bool = False) -> Desk:
        """A member of staff, logged in (at the second backend, if asked)."""
        path = self.folder / "secrets" / "demo-accounts.json"
        return Desk(self._programs.urls["backend-2" if second else "backend"], username, demo_accounts(path)[username])

    def enrol(self, count: int = 1, wait: bool = True, **item: Any) -> list[Credential]:
        """Fresh devices, each in a home of its own unless `item` says otherwise; the broker lets them in on return."""
        found: list[Credential] = []
        while len(found) < count:
            items = [_item(len(found) + index, item) for index in range(min(ENROL_AT_ONCE, count - len(found)))]
            answer = self.call("POST", "/api/v1/devices", "cli", json={"items": items})
            assert answer.status_code == 201, f"{answer.status_code} {answer.text}"
            found += [Credential(entry["device_id"], entry["secret"]) for entry in answer.json()["items"]]
        if wait:
            self.wait_accepted(found[-1])
        return found

    def wait_accepted(self, device: Credential) -> None:
        """Until there is a broker that lets this device in."""
        wait_until(lambda: accepts(self.broker_port, device), f"the broker accepts {device.device_id}")

    def device(self, device_id: str) -> dict[str, Any]:
        """The registry's row with status and latest values."""
        answer = self.call("GET", f"/api/v1/devices/{device_id}", "cli")
        answer.raise_for_status()
        return dict(answer.json())

    # machines

    def call(self, method: str, path: str, account: str, backend: str = "backend", **arguments: Any) -> httpx2.Response:
        """A call to a backend as a service account."""
        headers = {"Authorization": f"Bearer {self._programs.credentials.token(account)}"}
        url = f"{self._programs.urls[backend]}{path}"
        return httpx2.request(method, url, headers=headers, timeout=60.0, **arguments)

    def gateway_figures(self, name: str) -> Figures:
        """What one gateway lane shows to Prometheus: `(lane, name, what)` or `(lane, name)`."""
        port = self._programs.metrics_ports[name]
        return _figures(httpx2.get(f"http://127.0.0.1:{port}/metrics", timeout=5.0))

    def backend_figures(self, telemetry: bool = False) -> Figures:
        """The same of the backend, e.g. `(kind, outcome, reason)` of what it took in."""
        return _figures(self.call("GET", "/metrics", "cli", "backend-telemetry" if telemetry else "backend"))

    # how

    def _connected(self, name: str) -> bool:
        try:
            figures = self.gateway_figures(name)
        except httpx2.HTTPError:
            return False
        return any(value == 1 for labels, value in figures.items() if "broker_connected" in labels)

    def _end(self) -> dict[str, int]:
        with self._lock:
            for child in self.children.values():
                child.wanted = False
        try:
            return {name: code for wave in self._waves() for name, code in _stop_all(wave).items()}
        finally:
            for child in self.children.values():
                child.kill()
            # Last: what the watcher started dies with its thread.
            self._stopped.set()
            if self._watcher.is_alive():
                self._watcher.join(10)

    def _waves(self) -> list[list[Child]]:
        """Who is told to stop at once: a gateway says goodbye to a backend that still lives, and both to the broker."""
        running = [child for child in self.children.values() if child.running]
        by_part = {part: [child for child in running if child.name.startswith(part)] for part in STOP_ORDER}
        return list(by_part.values())

    def _watch(self) -> None:
        """Start again what ended by itself."""
        restart_at: dict[str, float] = {}
        while not self._stopped.wait(LOOK_SECONDS):
            with self._lock:
                for name, child in self.children.items():
                    if not child.wanted or child.running:
                        continue
                    if name not in restart_at:
                        self.ended.append((name, child.exit_code))
                        restart_at[name] = stopwatch() + RESTART_SECONDS
                    elif stopwatch() >= restart_at[name]:
                        del restart_at[name]
                        child.start()


def _stop_all(children: Sequence[Child]) -> dict[str, int]:
    with ThreadPoolExecutor() as pool:
        return dict(zip([child.name for child in children], pool.map(Child.stop, children), strict=True))


def _item(number: int, item: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {"kind": "terminal", "synthetic": True, **item}
    if not wanted.get("lobby") and "home_id" not in wanted and "home" not in wanted:
        wanted["home"] = {"label": f"{number} 号 / No. {number}", "address": f"桃花镇塔湾村 {number} 号"}
    return wanted


def _answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=2.0).status_code == 200
    except httpx2.HTTPError:
        return False


def _figures(answer: httpx2.Response) -> Figures:
    answer.raise_for_status()
    return {
        tuple(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if not sample.name.endswith("_created")
    }
