"""Who may look at the door codes of a home: the person who has its open alert, and who is going there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contract.vocabulary import Label


class SecretKind(StrEnum):
    """What is kept."""

    DOOR_CODE = "door_code"
    KEY_PLACE = "key_place"
    GATE_CODE = "gate_code"
    OTHER = "other"


LABELS: Final[dict[SecretKind, Label]] = {
    SecretKind.DOOR_CODE: Label("门锁密码", "Door code"),
    SecretKind.KEY_PLACE: Label("钥匙位置", "Where the key is"),
    SecretKind.GATE_CODE: Label("院门、单元门密码", "Code of the gate or the hall"),
    SecretKind.OTHER: Label("其他", "Other"),
}


class Look(StrEnum):
    """Whether it is shown, and why not."""

    SHOWN = "shown"
    NO_HOME = "no_home"
    """The alert is about no home."""
    ENDED = "ended"
    """The alert is closed: nobody has a reason to go in any more."""
    NOT_HOLDER = "not_holder"
    """Somebody else has it, or nobody."""
    NOT_GOING = "not_going"
    """Has not said that they go, or is done."""


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """What decides, of one moment."""

    home_id: str | None
    is_closed: bool
    holder_kind: str | None
    holder_id: str | None


def staff_look(alert: OpenAlert, staff_id: str) -> Look:
    """The holder's look alone: whoever needs the code takes the alert over first, which stands in its timeline."""
    if alert.home_id is None:
        return Look.NO_HOME
    if alert.is_closed:
        return Look.ENDED
    return Look.SHOWN if alert.holder_kind == "staff" and alert.holder_id == staff_id else Look.NOT_HOLDER


def responder_look(alert: OpenAlert, *, goes: bool) -> Look:
    """The look of somebody with a link: while they are on their way or there."""
    if alert.home_id is None:
        return Look.NO_HOME
    if alert.is_closed:
        return Look.ENDED
    return Look.SHOWN if goes else Look.NOT_GOING
