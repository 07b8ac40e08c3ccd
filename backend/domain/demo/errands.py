"""Work orders of the demo's past: what a service key asked for, and the questions after 24 and 72 hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from backend.domain.demo.cases import SOURCE, Case, Desk
from backend.domain.demo.crew import Member
from backend.domain.demo.dice import Dice, identifier
from backend.domain.demo.households import Home
from backend.domain.demo.land import Row

WISHES: Final = (
    "请送午餐",
    "家里灯坏了，请人来修",
    "想约理发",
    "代取快递",
    "配药",
    "陪同去卫生院",
    "打扫卫生",
    "换煤气",
    "电视没有信号",
    "量血压",
)
NOT_REACHED: Final = 0.04
"""Share of orders closed after three call-backs that nobody answered."""


def service_order(dice: Dice, case: Case, home: Home, desk: Desk, at: datetime, ends_at: datetime) -> None:
    """Asked for, done and called back within a day or two; none where the history ends before."""
    _order(
        dice, case, home, desk, "service_request", "key_press", dice.choice(WISHES), at, dice.randint(1, 30), ends_at
    )


def follow_ups(dice: Dice, case: Case, home: Home, desk: Desk, called_at: datetime, ends_at: datetime) -> None:
    """How are they a day, and three days, after 120 was called?"""
    for kind, hours, text in (
        ("follow_up_24h", 24, "送医 24 小时后回访"),
        ("follow_up_72h", 72, "送医 72 小时后回访"),
    ):
        _order(dice, case, home, desk, kind, "follow_up", text, called_at + timedelta(hours=hours), 1, ends_at)


def _order(
    dice: Dice, case: Case, home: Home, desk: Desk, kind: str, origin: str, text: str, at: datetime, hours: int,
    ends_at: datetime,
) -> None:  # fmt: skip
    finished_at = at + timedelta(hours=hours, minutes=dice.randint(0, 59))
    called_back_at = finished_at + timedelta(hours=dice.randint(1, 8))
    closed_at = called_back_at + timedelta(minutes=dice.randint(1, 20))
    reached = dice.random() >= NOT_REACHED
    order, by = identifier(dice), desk.holder
    if closed_at >= ends_at:
        return
    case.add(
        "work_orders",
        {
            "id": order,
            "key": f"{SOURCE}/{case.alert.id}/{kind}",
            "version": 6,
            "kind": kind,
            "state": "closed",
            "state_since": closed_at,
            "priority": 1,
            "origin": origin,
            "text": text,
            "home_id": home.id,
            "resident_id": home.residents[0].id,
            "alert_id": case.alert.id,
            "device_id": None,
            "provider_id": desk.responsible,
            "assignee_id": by.id,
            "assignee_name": by.name,
            "failed_call_backs": 0 if reached else 3,
            "reworks": 0,
            "outcome": "done",
            "rating": dice.choices((5, 4, 3), (70, 24, 6))[0] if reached else None,
            "created_at": at,
            "finished_at": finished_at,
            "called_back_at": called_back_at if reached else None,
            "closed_at": closed_at,
        },
    )
    _lines(case, order, by, (at, finished_at, called_back_at, closed_at), reached)
    for back in range(1 if reached else 3):
        case.add("call_backs", _call_back(order, by, called_back_at + timedelta(seconds=back), reached))


def _lines(
    case: Case, order: str, by: Member, at: tuple[datetime, datetime, datetime, datetime], reached: bool
) -> None:
    created_at, finished_at, called_back_at, closed_at = at
    for moment, kind in (
        (created_at, "registered"),
        (created_at + timedelta(minutes=4), "assigned"),
        (created_at + timedelta(minutes=9), "started"),
        (finished_at, "finished"),
        (called_back_at, "called_back" if reached else "call_failed"),
        (closed_at, "closed"),
    ):
        case.add(
            "work_order_timeline",
            {
                "work_order_id": order,
                "at": moment,
                "kind": kind,
                "actor_kind": "staff",
                "actor_id": by.staff_id,
                "actor_name": by.name,
                "source": SOURCE,
                "reason": "",
                "detail": {},
            },
        )


def _call_back(order: str, by: Member, at: datetime, reached: bool) -> Row:
    return {
        "work_order_id": order,
        "at": at,
        "result": "satisfied" if reached else "no_answer",
        "caller_kind": "staff",
        "caller_id": by.staff_id,
        "caller_name": by.name,
        "note": None,
    }
