"""A real Mosquitto that the platform tells who may do what, with a registry of rows that a test changes by hand."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from backend.adapters.broker_access import LiveBroker
from backend.adapters.broker_accounts import DYNAMIC_SECURITY, BrokerFiles, ProgramAccountsFile, dynamic_security
from backend.adapters.broker_control import DynamicSecurity
from backend.adapters.broker_hash import SecretHasher, mosquitto_hash
from backend.adapters.broker_line import BrokerDoor
from backend.services.broker_access.accounts import Access, BrokerAccount
from backend.services.broker_access.match_broker import MatchBroker
from launcher import broker_config
from launcher.broker import plugin_here
from tests.harness.broker import CONFIG, Broker
from tests.harness.clock import ManualClock
from tests.harness.system import Credential

PLATFORM: Final = "backend.access"
GATEWAY: Final = "gw1.events"


class ControlledBroker(Broker):
    """`Broker` with the dynamic security plug-in; at each start it gets the file that the platform has written."""

    def start(self) -> None:
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        shutil.copy(self.folder / DYNAMIC_SECURITY, self.folder / "data" / DYNAMIC_SECURITY)
        super().start()

    def _config(self) -> str:
        plugin = plugin_here()
        assert plugin, "Mosquitto's dynamic security plug-in is not installed"
        return broker_config.render_broker_config(
            (CONFIG / "mosquitto.conf.template").read_text(encoding="utf-8"),
            broker_config.dynamic_security(str(plugin), str(self.folder / "data" / DYNAMIC_SECURITY)),
            port=self.port,
            address=self.host,
            persistence_location=str(self.folder / "data"),
            acl_file=str(CONFIG / "acl"),
            user="root" if os.geteuid() == 0 else "mosquitto",
            log_dest="stdout",
        )


class Rows:
    """`AccountRows` in memory."""

    def __init__(self) -> None:
        self.by_name: dict[str, BrokerAccount] = {}

    def accounts(self) -> Sequence[BrokerAccount]:
        return [self.by_name[name] for name in sorted(self.by_name)]

    def account(self, name: str) -> BrokerAccount | None:
        return self.by_name.get(name)


class Controlled:
    """Rows, the broker, and the platform's side of it. `process()` is another backend with the same registry."""

    def __init__(self, folder: Path, further: str = "") -> None:
        """`further`: lines of the broker's configuration after those that are shipped."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.rows = Rows()
        self.clock = ManualClock()
        self._fixed = {name: self._account(name) for name in (PLATFORM, GATEWAY)}
        lines = "".join(f"{name}:{mosquitto_hash(secret)}\n" for name, secret in self._fixed.items())
        (folder / "accounts").write_text(lines)
        self.broker = ControlledBroker(folder, further=further)
        self.secrets = SecretHasher()
        self.platform = self.process(self.secrets)

    def process(self, secrets_made: SecretHasher) -> LiveBroker:
        """What a backend process has."""
        files = BrokerFiles(
            self.folder,
            ProgramAccountsFile(self.folder / "accounts"),
            self.rows,
            dynamic_security(CONFIG / DYNAMIC_SECURITY),
        )
        door = BrokerDoor("127.0.0.1", self.broker.port, False, None, PLATFORM, self.folder / PLATFORM, seconds=3.0)
        return LiveBroker(files, MatchBroker(self.rows, DynamicSecurity(door), secrets_made), self.clock)

    def gateway(self) -> Credential:
        """A program's account."""
        return Credential(GATEWAY, self._fixed[GATEWAY])

    def enrol(self, name: str, access: Access = Access.FULL, told: bool = True) -> Credential:
        """A device with a fresh secret (a new one, where it is there already)."""
        secret = secrets.token_urlsafe(32)
        self.rows.by_name[name] = BrokerAccount(name, self.secrets(secret), access)
        if told:
            self.platform.publish()
        return Credential(name, secret)

    def limit(self, name: str, access: Access) -> None:
        """Another access, the same secret."""
        self.rows.by_name[name] = BrokerAccount(name, self.rows.by_name[name].secret_hash, access)
        self.platform.publish()

    def revoke(self, name: str) -> None:
        """Shut out."""
        del self.rows.by_name[name]
        self.platform.publish()

    def _account(self, name: str) -> str:
        secret = secrets.token_urlsafe(32)
        (self.folder / name).write_text(secret)
        return secret
