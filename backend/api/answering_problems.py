"""Which problems the answering calls give: one code per reason, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backend.api.problems import Problem
from backend.domain.answering.model import Refusal, Why
from contract.times import format_time
from contract.vocabulary import Label

WHY: Final[Mapping[Why, Label]] = {
    Why.NOT_ACCEPTED: Label("尚未答应去", "Not accepted yet"),
    Why.NOT_ARRIVED: Label("尚未到达", "Not there yet"),
    Why.TAKEN: Label("已由他人接手", "Somebody else has it"),
    Why.HELD_BEFORE: Label("已经留过一次", "Held once already"),
    Why.BAD_MINUTES: Label("分钟数须为 1 到 600", "Minutes are 1 to 600"),
    Why.UNKNOWN_OUTCOME: Label("没有这个结果", "No such outcome"),
    Why.UNKNOWN_KEY: Label("没有这种钥匙", "No such key"),
    Why.NO_KEY_OUT: Label("没有未还的钥匙", "No key is out"),
    Why.NEEDS_TWO: Label("强行进门必须两个人", "A forced entry takes two people"),
    Why.DESK_ONLY: Label("请在警报台操作", "Do this at the desk"),
    Why.ENDED: Label("这一步已不需要", "This step is over"),
    Why.EXPIRED: Label("链接已过期", "The link has expired"),
    Why.ALERT_CLOSED: Label("警报已结束", "The alert is over"),
    Why.OTHER_PHONE: Label("已在另一部手机上打开", "Already opened on another phone"),
    Why.NOT_OPENED: Label("请先打开链接", "Open the link first"),
}
_STATUS: Final = {Why.EXPIRED: 410, Why.OTHER_PHONE: 403, Why.BAD_MINUTES: 422, Why.UNKNOWN_OUTCOME: 422}


def refused(refusal: Refusal) -> Problem:
    """A step that is not possible now; nothing has changed."""
    extras = {}
    if refusal.by is not None:
        extras = {"by": refusal.by, "since": format_time(refusal.since) if refusal.since else None}
    return Problem(_STATUS.get(refusal.why, 409), str(refusal.why), WHY[refusal.why], extras=extras)


def other_phone() -> Problem:
    """403: the cookie or the form is not the one of the phone that opened it."""
    return refused(Refusal(Why.OTHER_PHONE))


def unknown_link() -> Problem:
    """404: mistyped or guessed."""
    return Problem(404, "unknown_link", Label("没有这个链接", "No such link"))


def no_alert() -> Problem:
    """404."""
    return Problem(404, "not_found", Label("没有这条警情", "No such alert"))
