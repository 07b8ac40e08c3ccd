"""What the state of a device lets it do at the broker, and how two secrets are told apart without showing either."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from backend.domain.registry.lifecycle import DeviceState, may_connect

UNRESTRICTED: Final = frozenset({DeviceState.ENROLLED, DeviceState.INSTALLED})
"""These hang where they belong. All others that may connect at all call for help and no more."""
FINGERPRINT_CHARACTERS: Final = 16
REMEMBERED: Final = 65_536
"""A district has less, and each look asks for all of them."""


class Access(StrEnum):
    """What a device may do under its own id. Either way it hears its commands."""

    FULL = "full"
    """`event`, `telemetry`, `status`, `result`."""
    ESSENTIAL = "essential"
    """`event` alone: it calls for help and is answered, and costs nobody anything else."""


@dataclass(frozen=True, slots=True)
class BrokerAccount:
    """A device as the broker is to know it; `secret_hash` is in Mosquitto's `$7$` form."""

    name: str
    secret_hash: str
    access: Access


def access_of(state: DeviceState) -> Access | None:
    """What a device in this state may do; None: it is shut out."""
    if not may_connect(state):
        return None
    return Access.FULL if state in UNRESTRICTED else Access.ESSENTIAL


@lru_cache(maxsize=REMEMBERED)
def fingerprint(secret_hash: str) -> str:
    """The same for the same hash, and of no use to anybody who has it."""
    return hashlib.sha256(secret_hash.encode()).hexdigest()[:FINGERPRINT_CHARACTERS]


def is_service(name: str) -> bool:
    """Whether an account is a program's: it has a dot in its name, which a device id never has."""
    return "." in name
