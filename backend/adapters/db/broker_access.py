"""Which devices may log in at the broker, from the registry's rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine, select

from backend.adapters.db.engine import reading
from backend.adapters.db.registry import devices
from backend.domain.registry.lifecycle import DeviceState
from backend.services.broker_access.accounts import BrokerAccount, access_of

_ALL: Final = select(devices.c.id, devices.c.state, devices.c.secret_hash).order_by(devices.c.id)


@dataclass(frozen=True, slots=True)
class BrokerAccountRows:
    """`AccountRows` on an engine."""

    engine: Engine

    def accounts(self) -> Sequence[BrokerAccount]:
        with reading(self.engine) as connection:
            rows = connection.execute(_ALL).all()
        return [account for row in rows if (account := _account(*row)) is not None]

    def account(self, name: str) -> BrokerAccount | None:
        with reading(self.engine) as connection:
            row = connection.execute(_ALL.where(devices.c.id == name)).one_or_none()
        return _account(*row) if row is not None else None


def _account(name: str, state: str, secret_hash: str | None) -> BrokerAccount | None:
    access = access_of(DeviceState(state))
    # A device without a secret (on the shelf, not claimed yet) has nothing to log in with.
    return BrokerAccount(name, secret_hash, access) if access is not None and secret_hash else None
