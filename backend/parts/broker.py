"""Broker access: which of its ways is in force, and what is kept up beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

from backend.adapters.broker_access import LiveBroker
from backend.adapters.broker_accounts import (
    ACL,
    DYNAMIC_SECURITY,
    BrokerFiles,
    BrokerForm,
    dynamic_security,
    nothing,
    password_file,
)
from backend.adapters.broker_control import DynamicSecurity
from backend.adapters.broker_hash import SecretHasher
from backend.adapters.broker_line import BrokerDoor
from backend.adapters.clock import SystemClock
from backend.adapters.db.broker_access import BrokerAccountRows
from backend.services.broker_access.match_broker import MatchBroker
from backend.settings import Settings, config_file
from backend.workers.loop import Tick


class BrokerAccounts(Protocol):
    """What the registry tells after each change."""

    def publish(self) -> None: ...


class BrokerParts:
    """`hash_secret` for whoever makes a secret, `accounts` for whoever has changed the registry."""

    def __init__(self, settings: Settings, engine: Engine, clock: SystemClock) -> None:
        self.hash_secret = SecretHasher()
        rows = BrokerAccountRows(engine)
        files = BrokerFiles(settings.broker_passwd_file.parent, settings.broker_accounts_file, rows, _form(settings))
        self._live: LiveBroker | None = None
        if settings.broker_access == "dynsec":
            control = DynamicSecurity(_door(settings))
            self._live = LiveBroker(files, MatchBroker(rows, control, self.hash_secret), clock)
        self.accounts: BrokerAccounts = self._live or files

    def ticks(self) -> Iterator[Tick]:
        """For every process that changes the registry."""
        if self._live is not None:
            yield Tick("broker_access", self._live.look)


def _form(settings: Settings) -> BrokerForm:
    templates = config_file().parent / "mosquitto"
    if settings.broker_access == "dynsec":
        return dynamic_security(templates / DYNAMIC_SECURITY)
    if settings.broker_access == "files":
        return password_file(settings.broker_passwd_file.name, templates / ACL)
    return nothing


def _door(settings: Settings) -> BrokerDoor:
    return BrokerDoor(
        host=settings.broker_host,
        port=settings.broker_port,
        tls=settings.broker_tls,
        ca_file=Path(settings.broker_ca_file) if settings.broker_ca_file else None,
        account=settings.broker_account,
        password_file=settings.broker_password_file,
    )
