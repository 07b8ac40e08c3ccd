"""What a kind of work order asks for: how long each step may take, who may take it, how urgent it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from backend.domain.work_order.model import Priority, State, Taker
from contract.vocabulary import Label

SERVICE_REQUEST: Final = "service_request"
REPAIR: Final = "repair"
FOLLOW_UP_24H: Final = "follow_up_24h"
FOLLOW_UP_72H: Final = "follow_up_72h"
WELFARE_CALL: Final = "welfare_call"
CONTACT_CHECK: Final = "contact_check"
OTHER: Final = "other"
OWN_KINDS: Final = (SERVICE_REQUEST, REPAIR, FOLLOW_UP_24H, FOLLOW_UP_72H, WELFARE_CALL, CONTACT_CHECK, OTHER)
"""Kinds that the platform makes by itself or falls back to: the book must have them."""
TIMED_STATES: Final = (
    State.REGISTERED,
    State.ASSIGNED,
    State.IN_PROGRESS,
    State.FINISHED,
    State.CALLED_BACK,
    State.RATED,
)
"""Each of these must be left within a span of its own."""


@dataclass(frozen=True, slots=True)
class KindRules:
    """One kind. `spans`: for each of `TIMED_STATES`. `by_phone`: the work is the call itself, so it needs no visit."""

    kind: str
    label: Label
    priority: Priority
    spans: Mapping[State, timedelta]
    taken_by: frozenset[Taker]
    by_phone: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """All kinds, in the order of the file."""

    kinds: Mapping[str, KindRules]

    def of(self, kind: str) -> KindRules:
        """The rules of `kind`; those of `other` for a kind that is not in the book any more."""
        return self.kinds.get(kind) or self.kinds[OTHER]
