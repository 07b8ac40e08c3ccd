"""What has to change at the broker so that it agrees with the registry, in which order, and what nobody can change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from backend.services.broker_access.accounts import BrokerAccount, fingerprint
from backend.services.broker_access.ports import Change, Create, CutOff, FreshSecrets, KnownAccount, Step

MASS: Final = 100
"""So many devices are not cut off at once while they are more than half of all: a wrong database looks just so."""


class Doubt(StrEnum):
    """Why something is not done."""

    MASS_CUT_OFF = "mass_cut_off"
    SECRET_UNKNOWN = "secret_unknown"  # noqa: S105 - a reason


@dataclass(frozen=True, slots=True)
class Plan:
    """`steps` in their order; `doubts` by the name of the account."""

    steps: tuple[Step, ...]
    doubts: Mapping[str, Doubt]


def plan(wanted: Iterable[BrokerAccount], known: Iterable[KnownAccount], secrets: FreshSecrets) -> Plan:
    """Cut-offs first: they are owed within 5 s. Then those who have too much or too little, then newcomers."""
    by_name = {account.name: account for account in wanted}
    there = {account.name: account for account in known}
    gone = sorted(there.keys() - by_name.keys())
    doubts: dict[str, Doubt] = {}
    if len(gone) >= MASS and len(gone) * 2 > len(there):
        doubts.update(dict.fromkeys(gone, Doubt.MASS_CUT_OFF))
        gone = []
    steps: list[Step] = [CutOff(name) for name in gone]
    for name in sorted(there.keys() & by_name.keys()):
        steps += _changes(by_name[name], there[name], secrets)
    for name in sorted(by_name):
        account, stands = by_name[name], there.get(name)
        secret = secrets.secret_of(account.secret_hash)
        if stands is None and secret is not None:
            steps.append(Create(account, secret))
        elif secret is None and (stands is None or stands.fingerprint != fingerprint(account.secret_hash)):
            # Only its maker could tell the broker this secret: the next start of the broker reads it from the file.
            doubts[name] = Doubt.SECRET_UNKNOWN
    return Plan(tuple(steps), doubts)


def _changes(account: BrokerAccount, known: KnownAccount, secrets: FreshSecrets) -> list[Step]:
    other_secret = fingerprint(account.secret_hash) != known.fingerprint
    secret = secrets.secret_of(account.secret_hash) if other_secret else None
    if secret is None and account.access is known.access and not known.disabled:
        return []
    return [Change(account, secret)]
