"""Why a change of the registry was not made. Nothing has happened then."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from backend.domain.registry.lifecycle import Unmovable


class RegistryRefusal(StrEnum):
    """The reasons; those of `Unmovable` have the same codes."""

    UNKNOWN_DEVICE = "unknown_device"
    UNKNOWN_HOME = "unknown_home"
    UNKNOWN_RESIDENT = "unknown_resident"
    UNKNOWN_CONTACT = "unknown_contact"
    UNKNOWN_WINDOW = "unknown_window"
    ILLEGAL_TRANSITION = "illegal_transition"
    NEEDS_HOME = "needs_home"
    NEEDS_REASON = "needs_reason"
    NOT_COMMISSIONED = "not_commissioned"
    HOME_WITH_ENROLMENT_ONLY = "home_with_enrolment_only"
    NOT_IN_STOCK = "not_in_stock"
    NOT_AT_HOME = "not_at_home"
    OTHER_KIND = "other_kind"
    SAME_DEVICE = "same_device"
    AWAY_UNTIL_MISPLACED = "away_until_misplaced"
    ORDER_INCOMPLETE = "order_incomplete"
    CHECKLIST_OPEN = "checklist_open"
    BATCH_EXISTS = "batch_exists"
    DEVICE_EXISTS = "device_exists"
    WINDOW_OPEN = "window_open"
    CONFLICT = "conflict"
    KEY_REUSED = "idempotency_key_reused"


class RegistryRefused(Exception):  # noqa: N818 - an answer, not a fault
    """`ids`: what it is about, where it has an id."""

    def __init__(self, reason: RegistryRefusal, ids: Sequence[str] = ()) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.ids = tuple(ids)


def unmovable(why: Unmovable, device_id: str) -> RegistryRefused:
    """A step of a device that was refused."""
    return RegistryRefused(RegistryRefusal(why.value), [device_id])
