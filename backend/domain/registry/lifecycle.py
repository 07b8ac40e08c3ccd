"""From which state a device may go to which, and what has to be said or done first: the transition table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from contract.vocabulary import Label


class DeviceState(StrEnum):
    """How far a device has got from the shelf to somebody's home and back.

    No alarm code looks at it: whatever connects alarms and is answered. `LOBBY`: delivered, belongs to nobody yet.
    `SUSPENDED`: for arrears or absence; it keeps its credential and full escalation. `RETIRED` and `REVOKED` may not
    connect any more.
    """

    LOBBY = "lobby"
    STOCK = "stock"
    ENROLLED = "enrolled"
    INSTALLED = "installed"
    SUSPENDED = "suspended"
    RETIRED = "retired"
    REVOKED = "revoked"


class Needs(StrEnum):
    """What a step asks for. `CHECKLIST`: a home whose commissioning is signed off, or a written reason."""

    NOTHING = "nothing"
    HOME = "home"
    REASON = "reason"
    CHECKLIST = "checklist"


_S = DeviceState
TRANSITIONS: Final[Mapping[tuple[DeviceState, DeviceState], Needs]] = {
    (_S.STOCK, _S.ENROLLED): Needs.HOME,
    (_S.ENROLLED, _S.INSTALLED): Needs.CHECKLIST,
    (_S.ENROLLED, _S.SUSPENDED): Needs.REASON,
    (_S.INSTALLED, _S.SUSPENDED): Needs.REASON,
    (_S.SUSPENDED, _S.ENROLLED): Needs.HOME,
    (_S.SUSPENDED, _S.INSTALLED): Needs.CHECKLIST,
    (_S.ENROLLED, _S.STOCK): Needs.NOTHING,
    (_S.INSTALLED, _S.STOCK): Needs.REASON,
    (_S.SUSPENDED, _S.STOCK): Needs.REASON,
    **{(state, _S.RETIRED): Needs.REASON for state in (_S.LOBBY, _S.STOCK, _S.ENROLLED, _S.INSTALLED, _S.SUSPENDED)},
    **{(state, _S.REVOKED): Needs.REASON for state in _S if state is not _S.REVOKED},
    (_S.RETIRED, _S.STOCK): Needs.REASON,
    (_S.REVOKED, _S.RETIRED): Needs.REASON,
}
"""Which step is possible. What is not listed is refused and changes nothing."""
STATE_LABELS: Final = {
    _S.LOBBY: Label("未登记", "lobby"),
    _S.STOCK: Label("在库", "on the shelf"),
    _S.ENROLLED: Label("已登记", "enrolled"),
    _S.INSTALLED: Label("已安装", "installed"),
    _S.SUSPENDED: Label("已暂停", "suspended"),
    _S.RETIRED: Label("已报废", "retired"),
    _S.REVOKED: Label("已吊销", "revoked"),
}
SHUT_OUT: Final = frozenset({DeviceState.RETIRED, DeviceState.REVOKED})
"""The broker refuses these, and what was open is closed."""
AT_HOME: Final = frozenset({DeviceState.ENROLLED, DeviceState.INSTALLED, DeviceState.SUSPENDED})
"""These hang in somebody's home."""
HOMELESS: Final = frozenset({DeviceState.LOBBY, DeviceState.STOCK, DeviceState.RETIRED})
"""These belong to no home: a press of one alarms at the district desk. A revoked one keeps its home: it is called."""


class Unmovable(StrEnum):
    """Why a step was refused."""

    ILLEGAL = "illegal_transition"
    NEEDS_HOME = "needs_home"
    NEEDS_REASON = "needs_reason"
    NOT_COMMISSIONED = "not_commissioned"


def judge_step(
    before: DeviceState, after: DeviceState, *, home: bool, reason: str | None, commissioned: bool
) -> Unmovable | None:
    """None where the step may be taken. `home`: whether it has one afterwards; `reason`: what somebody wrote."""
    needs = TRANSITIONS.get((before, after))
    if needs is None:
        return Unmovable.ILLEGAL
    if after in AT_HOME and not home:
        return Unmovable.NEEDS_HOME
    if needs is Needs.REASON and not _said(reason):
        return Unmovable.NEEDS_REASON
    if needs is Needs.CHECKLIST and not commissioned and not _said(reason):
        return Unmovable.NOT_COMMISSIONED
    return None


def may_connect(state: DeviceState) -> bool:
    """Whether the broker lets it in."""
    return state not in SHUT_OUT


def _said(reason: str | None) -> bool:
    return bool(reason and reason.strip())
