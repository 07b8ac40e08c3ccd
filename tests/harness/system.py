"""The real programs with a real Mosquitto as processes of their own, in a folder and on ports of their own.

What `./care up` does, without `./care`: the table in docs/architecture.md, the reload of the broker's accounts, and a
program that ends by itself is started again (and remembered: most tests allow none).
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from launcher.broker_config import render_broker_config
from tests.harness.broker import CONFIG, mosquitto_program
from tests.harness.child import Child, clean_environment, python
from tests.harness.clock import stopwatch, wait_until
from tests.harness.credentials import Credentials
from tests.harness.desk import Desk, demo_accounts
from tests.harness.ports import free_port
from tests.harness.wire import accepts

CANARY_EXIT: Final = 70
"""A gateway that has not heard its own echo leaves so, and wants to be started again (reliability.md, rule 13)."""
ENROL_AT_ONCE: Final = 200
Figures = dict[tuple[str, ...], float]
"""Figures by the values of their labels."""
BACKEND_ROLES: Final = ("--role", "api", "--role", "ingest-events", "--role", "worker")


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
        self.broker_port = free_port()
        self.http_port = free_port()
        self.telemetry_port = free_port()
        self.url = f"http://127.0.0.1:{self.http_port}"
        self.second_url = f"http://127.0.0.1:{free_port()}"
        self.children: dict[str, Child] = {}
        self.ended: list[tuple[str, int | None]] = []
        """Programs that ended although nobody told them to, with the exit code."""
        self._metrics_ports: dict[str, int] = {}
        self._gateways = list(gateways)
        self._backends = backends
        self._credentials = Credentials(folder, gateways)
        self._settings = dict(settings or {})
        self._database_url = database_url or f"sqlite:///{folder}/backend/care.sqlite"
        self._lock = threading.RLock()
        self._stopped = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="system-watcher", daemon=True)
        (folder / "log").mkdir()
        (folder / "broker" / "data").mkdir()
        self._write_broker_files()
        self._add_children()

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

    def wait_ready(self, seconds: float = 45.0) -> None:
        """Until every program answers and every gateway lane has its broker."""
        for child, url in self._urls().items():
            wait_until(partial(_answers, f"{url}/healthz"), f"{child} answers", seconds)
        for name in self._metrics_ports:
            wait_until(partial(self._connected, name), f"{name} is connected", seconds, every=0.05)

    def logs(self) -> str:
        """The last lines of every program."""
        return "\n".join(f"=== {child.name} ===\n{child.tail()}" for child in self.children.values())

    # people and devices

    def desk(self, username: str = "op1", second: bool = False) -> Desk:
        """A member of staff, logged in (at the second backend, if asked)."""
        path = self.folder / "secrets" / "demo-accounts.json"
        return Desk(self.second_url if second else self.url, username, demo_accounts(path)[username])

    def enrol(self, count: int = 1, wait: bool = True, **item: Any) -> list[Credential]:
        """Fresh devices, each in a home of its own unless `item` says otherwise; the broker lets them in on return."""
        found: list[Credential] = []
        while len(found) < count:
            some = min(ENROL_AT_ONCE, count - len(found))
            items = [self._item(len(found) + index, item) for index in range(some)]
            answer = self.call("POST", "/api/v1/devices", "cli", json={"items": items})
            assert answer.status_code == 201, f"{answer.status_code} {answer.text}"
            found += [Credential(entry["device_id"], entry["secret"]) for entry in answer.json()["items"]]
        if wait:
            self.wait_accepted(found[-1])
        return found

    def call(self, method: str, path: str, account: str, url: str = "", **arguments: Any) -> httpx2.Response:
        """A call to the backend (or to the one at `url`) as a service account."""
        headers = {"Authorization": f"Bearer {self._credentials.token(account)}"}
        return httpx2.request(method, f"{url or self.url}{path}", headers=headers, timeout=30.0, **arguments)

    def gateway_figures(self, name: str) -> Figures:
        """What one gateway lane shows to Prometheus: `(lane, name, what)` or `(lane, name)`."""
        return _figures(httpx2.get(f"http://127.0.0.1:{self._metrics_ports[name]}/metrics", timeout=5.0))

    def backend_figures(self, telemetry: bool = False) -> Figures:
        """The same of the backend, e.g. `(kind, outcome, reason)` of what it took in."""
        url = self._urls()["backend-telemetry" if telemetry else "backend"]
        return _figures(self.call("GET", "/metrics", "cli", url=url))

    def device(self, device_id: str) -> dict[str, Any]:
        """The registry's row with status and latest values."""
        answer = self.call("GET", f"/api/v1/devices/{device_id}", "cli")
        answer.raise_for_status()
        return dict(answer.json())

    # how

    def _item(self, number: int, item: Mapping[str, Any]) -> dict[str, Any]:
        wanted = {"kind": "terminal", "synthetic": True, **item}
        if not wanted.get("lobby") and "home_id" not in wanted and "home" not in wanted:
            wanted["home"] = {"label": f"{number} 号 / No. {number}", "address": f"桃花镇塔湾村 {number} 号"}
        return wanted

    def wait_accepted(self, device: Credential) -> None:
        """Until there is a broker that lets this device in."""
        wait_until(lambda: accepts(self.broker_port, device), f"the broker accepts {device.device_id}")

    def _urls(self) -> dict[str, str]:
        urls = {"backend": self.url, "backend-telemetry": f"http://127.0.0.1:{self.telemetry_port}"}
        return {**urls, **({"backend-2": self.second_url} if self._backends > 1 else {})}

    def _connected(self, name: str) -> bool:
        try:
            figures = self.gateway_figures(name)
        except httpx2.HTTPError:
            return False
        return any(value == 1 for labels, value in figures.items() if "broker_connected" in labels)

    def _add_children(self) -> None:
        program = mosquitto_program()
        assert program, "Mosquitto is not installed"
        self._add("broker", [program, "-c", str(self.folder / "broker" / "mosquitto.conf")], {})
        self._add("backend", python("backend", *BACKEND_ROLES), self._backend(self.url))
        if self._backends > 1:
            self._add("backend-2", python("backend", *BACKEND_ROLES), self._backend(self.second_url))
        telemetry = self._urls()["backend-telemetry"]
        self._add("backend-telemetry", python("backend", "--role", "ingest-telemetry"), self._backend(telemetry), 10)
        for position, gateway in enumerate(self._gateways):
            suffix = "" if position == 0 else f"-{gateway}"
            url = self.second_url if position == 1 and self._backends > 1 else self.url
            for lane, name, nice in (("emergency", "events", 0), ("telemetry", "telemetry", 10)):
                self._metrics_ports[f"gateway-{lane}{suffix}"] = port = free_port()
                environment = self._gateway(gateway, f"{gateway}.{name}", url, port)
                self._add(f"gateway-{lane}{suffix}", python("gateway", "--lane", lane), environment, nice)

    def _add(self, name: str, command: Sequence[str], settings: Mapping[str, str], nice: int = 0) -> None:
        environment = clean_environment({**settings, **self._settings})
        self.children[name] = Child(name, command, environment, self.folder / "log" / f"{name}.log", nice)

    def _backend(self, url: str) -> dict[str, str]:
        files = {
            "TELEMETRY_PATH": "backend/telemetry.sqlite",
            "CONSOLE_DIR": "console",
            "SERVICE_ACCOUNTS_FILE": "secrets/service-accounts.json",
            "ENROL_KEY_FILE": "secrets/enrol.key",
            "FIRST_ACCOUNT_FILE": "secrets/first-account.json",
            "DEMO_ACCOUNTS_FILE": "secrets/demo-accounts.json",
            "BROKER_ACCOUNTS_FILE": "broker/accounts",
            "BROKER_PASSWD_FILE": "broker/passwd",
        }
        return {
            **{f"CARE_BACKEND_{key}": str(self.folder / path) for key, path in files.items()},
            "CARE_BACKEND_PORT": url.rsplit(":", 1)[1],
            "CARE_BACKEND_DATABASE_URL": self._database_url,
            "CARE_BACKEND_DEMO": "true",
        }

    def _gateway(self, gateway: str, account: str, url: str, metrics_port: int) -> dict[str, str]:
        settings = {
            "GATEWAY": gateway,
            "BROKER_HOST": "127.0.0.1",
            "BROKER_PORT": str(self.broker_port),
            "USERNAME": account,
            "PASSWORD_FILE": str(self._credentials.password_file(account)),
            "BACKEND_URL": url,
            "TELEMETRY_BACKEND_URL": self._urls()["backend-telemetry"],
            "TOKEN_FILE": str(self.folder / "secrets" / f"{gateway}.token"),
            "SPOOL_DIR": str(self.folder / "gateway"),
            "METRICS_PORT": str(metrics_port),
        }
        return {f"CARE_GATEWAY_{key}": value for key, value in settings.items()}

    def _write_broker_files(self) -> None:
        folder = self.folder / "broker"
        text = render_broker_config(
            (CONFIG / "mosquitto.conf.template").read_text(encoding="utf-8"),
            port=self.broker_port,
            address="127.0.0.1",
            persistence_location=str(folder / "data"),
            password_file=str(folder / "passwd"),
            acl_file=str(CONFIG / "acl"),
            user="root" if os.geteuid() == 0 else "mosquitto",
            log_dest="stdout",
        )
        (folder / "mosquitto.conf").write_text(text, encoding="utf-8")

    def _end(self) -> dict[str, int]:
        with self._lock:
            for child in self.children.values():
                child.wanted = False
        codes = {}
        for child in reversed(list(self.children.values())):
            if child.running:
                codes[child.name] = child.stop()
        self._stopped.set()
        if self._watcher.is_alive():
            self._watcher.join(10)
        return codes

    def _watch(self) -> None:
        """Reload the broker's accounts when they change; start again what ended by itself."""
        passwd, seen = self.folder / "broker" / "passwd", 0
        restart_at: dict[str, float] = {}
        while not self._stopped.wait(0.05):
            changed = passwd.stat().st_mtime_ns
            if changed != seen:
                seen = changed
                self.children["broker"].signal(signal.SIGHUP)
            with self._lock:
                for name, child in self.children.items():
                    if not child.wanted or child.running:
                        continue
                    if name not in restart_at:
                        self.ended.append((name, child.exit_code))
                        restart_at[name] = stopwatch() + 0.5
                    elif stopwatch() >= restart_at[name]:
                        del restart_at[name]
                        child.start()


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
