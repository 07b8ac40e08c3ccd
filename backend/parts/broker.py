"""Broker access: which of its ways is in force, and what a broker that asks is answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from fastapi import APIRouter
from sqlalchemy import Engine

from backend.adapters.broker_access import LiveBroker
from backend.adapters.broker_accounts import (
    ACL,
    DYNAMIC_SECURITY,
    BrokerFiles,
    BrokerForm,
    ProgramAccountsFile,
    dynamic_security,
    nothing,
    password_file,
)
from backend.adapters.broker_control import DynamicSecurity
from backend.adapters.broker_hash import SecretHasher, matches, mosquitto_hash
from backend.adapters.broker_line import BrokerDoor
from backend.adapters.clock import SystemClock
from backend.adapters.db.broker_access import BrokerAccountRows
from backend.api import broker_auth
from backend.services.broker_access.answer_broker import AnswerBroker
from backend.services.broker_access.figures import BrokerFigures
from backend.services.broker_access.match_broker import MatchBroker
from backend.services.broker_access.rules import read_rules
from backend.services.health.ports import ComponentState, HealthStore
from backend.settings import Settings, config_file
from backend.workers.loop import Tick

COMPONENT: Final = "broker-access"
SAY_SECONDS: Final = 5.0


class BrokerAccounts(Protocol):
    """What the registry tells after each change."""

    def publish(self) -> None: ...


@dataclass(frozen=True, slots=True)
class SayStanding:
    """The desk hears when the broker does not agree: a device that it does not know cannot call."""

    health: HealthStore
    clock: SystemClock
    live: LiveBroker

    def __call__(self) -> None:
        standing = self.live.standing
        state = ComponentState.UP if standing.trouble is None else ComponentState.DEGRADED
        figures = {"devices": float(standing.devices), "differing": float(standing.differing)}
        self.health.report(COMPONENT, state, standing.trouble or "", figures, self.clock.now())


class BrokerParts:
    """`hash_secret` for whoever makes a secret, `accounts` for whoever has changed the registry."""

    def __init__(self, settings: Settings, engine: Engine, clock: SystemClock) -> None:
        self._clock = clock
        self.hash_secret = SecretHasher()
        self._rows = BrokerAccountRows(engine)
        self._programs = ProgramAccountsFile(settings.broker_accounts_file)
        files = BrokerFiles(settings.broker_passwd_file.parent, self._programs, self._rows, _form(settings))
        self._live: LiveBroker | None = None
        if settings.broker_access == "dynsec":
            control = DynamicSecurity(_door(settings))
            self._live = LiveBroker(files, MatchBroker(self._rows, control, self.hash_secret), clock)
        self.accounts: BrokerAccounts = self._live or files
        self.figures = BrokerFigures(lambda: self._live.standing if self._live else None)

    def ticks(self, health: HealthStore) -> Iterator[Tick]:
        """For every process that changes the registry."""
        if self._live is not None:
            yield Tick("broker_access", self._live.look)
            say = SayStanding(health, self._clock, self._live)
            yield Tick("broker_access_health", say, seconds=SAY_SECONDS)

    def routers(self) -> Iterator[APIRouter]:
        """Outside `/api/v1`: for a broker that asks. There with every kind of access, as the address of a call is."""
        rules = read_rules((_templates() / ACL).read_text(encoding="utf-8"))
        answer = AnswerBroker(self._rows, self._programs, matches, rules, mosquitto_hash("nobody"))
        yield broker_auth.router(answer, self.figures.answered)


def _templates() -> Path:
    return config_file().parent / "mosquitto"


def _form(settings: Settings) -> BrokerForm:
    if settings.broker_access == "dynsec":
        return dynamic_security(_templates() / DYNAMIC_SECURITY)
    if settings.broker_access == "files":
        return password_file(settings.broker_passwd_file.name, _templates() / ACL)
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
