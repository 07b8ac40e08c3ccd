"""Erase the readings of a person: the devices of the home, for good, even if the store is away just now."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import structlog

from backend.services.telemetry.erasures import Erasure, Erasures, next_repeat
from backend.services.telemetry.forget_device import Forgets, forget_everywhere
from backend.services.telemetry.homes import Homes, Household
from backend.services.telemetry.ports import Clock, TelemetryAway

log = structlog.get_logger()

CLOCK_AHEAD: Final = timedelta(days=1)
"""No device heard for so long: the clock may be wrong, and an erasure by it would shut out what is measured now."""
_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "care/telemetry/erasure")


class EraseRefusal(StrEnum):
    """Why nothing was erased."""

    UNKNOWN_RESIDENT = "unknown_resident"
    SHARED_HOME = "shared_home"
    KEY_REUSED = "key_reused"
    CLOCK_AHEAD = "clock_ahead"


class EraseRefused(Exception):  # noqa: N818 - an answer, not a fault
    """Nothing was erased. `others`: whose readings they are as well."""

    def __init__(self, reason: EraseRefusal, others: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.others = others


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """The use case of `POST /residents/{id}/telemetry/erase`. `places`: all that hold something of devices.

    `newest`: when any device was heard last, None where none ever was; raises `TelemetryAway`.
    """

    places: Sequence[Forgets]
    homes: Homes
    erasures: Erasures
    clock: Clock
    new_id: Callable[[], str]
    newest: Callable[[], datetime | None]

    def __call__(
        self, resident_id: str, *, shared: bool, actor: str, key: str | None, clock_checked: bool = False
    ) -> list[Erasure]:
        """One entry per device; `deleted` None: the store is away, and it is done when that is back.

        Readings of a home are those of everybody in it, so a shared one needs `shared`. A clock
        that is far ahead of all that was heard must have been looked at: `clock_checked`. Raises `EraseRefused`.
        """
        household = self.homes.household(resident_id)
        if household is None:
            raise EraseRefused(EraseRefusal.UNKNOWN_RESIDENT)
        if household.others and not shared:
            raise EraseRefused(EraseRefusal.SHARED_HOME, household.others)
        if not clock_checked and self._is_ahead():
            raise EraseRefused(EraseRefusal.CLOCK_AHEAD)
        # Written down first: whatever dies from here on, the tick finishes the erasure, and nothing late comes in.
        begun = self.erasures.begin(self._wanted(household, actor, key))
        if any(erasure.resident_id != resident_id for erasure in begun):
            raise EraseRefused(EraseRefusal.KEY_REUSED)
        log.info("telemetry_erasure", resident_id=resident_id, actor=actor, devices=len(begun), shared=shared)
        return [erasure if erasure.deleted is not None else self._erase(erasure) for erasure in begun]

    def _is_ahead(self) -> bool:
        try:
            newest = self.newest()
        except TelemetryAway:
            return False  # nobody knows, and an erasure is written down also while the store is away
        return newest is not None and self.clock.now() - newest > CLOCK_AHEAD

    def _wanted(self, household: Household, actor: str, key: str | None) -> list[Erasure]:
        now = self.clock.now()
        request_id = self.new_id() if key is None else str(uuid.uuid5(_NAMESPACE, f"{actor}/{key}"))
        return [
            Erasure(request_id, place.device_id, household.resident_id, actor, until=now, due_at=now)
            for place in household.places
        ]

    def _erase(self, erasure: Erasure) -> Erasure:
        try:
            deleted = forget_everywhere(self.places, erasure.device_id, None)
        except TelemetryAway:
            log.warning("telemetry_erasure_waits", request_id=erasure.request_id, device_id=erasure.device_id)
            return erasure
        self.erasures.done(erasure, deleted, next_repeat(erasure, self.clock.now()))
        return replace(erasure, deleted=deleted)


@dataclass(frozen=True, slots=True)
class FinishErasures:
    """The use case of the tick: erasures that could not be done, and repeats against what was under way."""

    places: Sequence[Forgets]
    erasures: Erasures
    clock: Clock

    def __call__(self, limit: int) -> int:
        """How many were done. Raises `TelemetryAway`; they stay due."""
        due = self.erasures.due(self.clock.now(), limit)
        for erasure in due:
            until = None if erasure.deleted is None else erasure.until
            deleted = forget_everywhere(self.places, erasure.device_id, until)
            self.erasures.done(erasure, deleted, next_repeat(erasure, self.clock.now()))
            if deleted:
                log.info("telemetry_erased_late", device_id=erasure.device_id, readings=deleted)
        return len(due)
