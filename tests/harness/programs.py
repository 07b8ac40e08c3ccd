"""Which programs a system under test consists of, with their ports, files and settings (table of architecture.md)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from launcher.broker import plugin_here
from launcher.broker_config import dynamic_security, render_broker_config
from tests.harness.broker import CONFIG, mosquitto_program
from tests.harness.child import Child, clean_environment, python
from tests.harness.credentials import PLATFORM_ACCOUNT, Credentials
from tests.harness.ports import free_port

BACKEND_ROLES: Final = ("--role", "api", "--role", "ingest-events", "--role", "worker")
TELEMETRY_NICENESS: Final = 10
BACKEND_FILES: Final = {
    "TELEMETRY_PATH": "backend/telemetry.sqlite",
    "CONSOLE_DIR": "console",
    "SERVICE_ACCOUNTS_FILE": "secrets/service-accounts.json",
    "ENROL_KEY_FILE": "secrets/enrol.key",
    "ANSWER_KEY_FILE": "secrets/answer.key",
    "IDENTITY_KEY_FILE": "secrets/identity.key",
    "FIRST_ACCOUNT_FILE": "secrets/first-account.json",
    "DEMO_ACCOUNTS_FILE": "secrets/demo-accounts.json",
    "BROKER_ACCOUNTS_FILE": "broker/accounts",
    "BROKER_PASSWD_FILE": "broker/passwd",
}
DYNAMIC_SECURITY: Final = "dynamic-security.json"


class Programs:
    """The children by name, none of them started; `urls` of the backends, `metrics_ports` of the gateway lanes.

    The first gateway's lanes are `gateway-emergency` and `gateway-telemetry`, another one's end in `-<its id>`; the
    second gateway hands its events to the second backend (`backend-2`) where there is one.
    """

    def __init__(
        self, folder: Path, database_url: str | None, gateways: Sequence[str], backends: int, extra: Mapping[str, str]
    ) -> None:
        self.children: dict[str, Child] = {}
        self.metrics_ports: dict[str, int] = {}
        self.broker_port = free_port()
        names = ["backend", "backend-telemetry", *(["backend-2"] if backends > 1 else [])]
        self.urls = {name: f"http://127.0.0.1:{free_port()}" for name in names}
        self.credentials = Credentials(folder, gateways)
        self._folder = folder
        self._database_url = database_url or f"sqlite:///{folder}/backend/care.sqlite"
        self._extra = dict(extra)
        (folder / "log").mkdir()
        self._add_broker()
        self._add_backends()
        for position, gateway in enumerate(gateways):
            self._add_gateway(gateway, "" if position == 0 else f"-{gateway}", position == 1 and backends > 1)

    def _add(
        self, name: str, command: Sequence[str], settings: Mapping[str, str], nice: int = 0, started: str = ""
    ) -> None:
        environment = clean_environment({**settings, **self._extra})
        log = self._folder / "log" / f"{name}.log"
        self.children[name] = Child(name, command, environment, log, nice, started=started)

    def _add_broker(self) -> None:
        folder, program = self._folder / "broker", mosquitto_program()
        plugin = plugin_here()
        assert program, "Mosquitto is not installed"
        assert plugin, "Mosquitto's dynamic security plug-in is not installed"
        (folder / "data").mkdir()
        text = render_broker_config(
            (CONFIG / "mosquitto.conf.template").read_text(encoding="utf-8"),
            dynamic_security(str(plugin), str(folder / "data" / DYNAMIC_SECURITY)),
            port=self.broker_port,
            address="127.0.0.1",
            persistence_location=str(folder / "data"),
            acl_file=str(CONFIG / "acl"),
            user="root" if os.geteuid() == 0 else "mosquitto",
            log_dest="stdout",
        )
        (folder / "mosquitto.conf").write_text(text, encoding="utf-8")
        begin = ["sh", str(CONFIG / "start.sh"), "once", str(folder), str(folder / "data"), DYNAMIC_SECURITY, "--"]
        self._add("broker", [*begin, program, "-c", str(folder / "mosquitto.conf")], {})

    def _add_backends(self) -> None:
        files = {f"CARE_BACKEND_{key}": str(self._folder / path) for key, path in BACKEND_FILES.items()}
        for name, url in self.urls.items():
            telemetry = name == "backend-telemetry"
            roles = ("--role", "ingest-telemetry") if telemetry else BACKEND_ROLES
            settings = {
                **files,
                "CARE_BACKEND_PORT": url.rsplit(":", 1)[1],
                "CARE_BACKEND_DATABASE_URL": self._database_url,
                "CARE_BACKEND_DEMO": "true",
                "CARE_BACKEND_BROKER_ACCESS": "dynsec",
                "CARE_BACKEND_BROKER_PORT": str(self.broker_port),
                "CARE_BACKEND_BROKER_PASSWORD_FILE": str(self.credentials.password_file(PLATFORM_ACCOUNT)),
            }
            nice = TELEMETRY_NICENESS if telemetry else 0
            self._add(name, python("backend", *roles), settings, nice, '"event": "started"')

    def _add_gateway(self, gateway: str, suffix: str, second_backend: bool) -> None:
        for lane, account, nice in (
            ("emergency", f"{gateway}.events", 0),
            ("telemetry", f"{gateway}.telemetry", TELEMETRY_NICENESS),
        ):
            name = f"gateway-{lane}{suffix}"
            self.metrics_ports[name] = free_port()
            settings = {
                "GATEWAY": gateway,
                "BROKER_HOST": "127.0.0.1",
                "BROKER_PORT": str(self.broker_port),
                "USERNAME": account,
                "PASSWORD_FILE": str(self.credentials.password_file(account)),
                "BACKEND_URL": self.urls["backend-2" if second_backend else "backend"],
                "TELEMETRY_BACKEND_URL": self.urls["backend-telemetry"],
                "TOKEN_FILE": str(self.credentials.token_file(gateway)),
                "SPOOL_DIR": str(self._folder / "gateway"),
                "METRICS_PORT": str(self.metrics_ports[name]),
            }
            environment = {f"CARE_GATEWAY_{key}": value for key, value in settings.items()}
            self._add(name, python("gateway", "--lane", lane), environment, nice, '"event": "lane_started"')
