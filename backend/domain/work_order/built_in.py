"""The kinds of work orders that are in force where `config/work_orders.toml` cannot be used: as the shipped file."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from backend.domain.work_order.model import Priority, Taker
from backend.domain.work_order.rules import (
    CONTACT_CHECK,
    FOLLOW_UP_24H,
    FOLLOW_UP_72H,
    OTHER,
    REPAIR,
    SERVICE_REQUEST,
    TIMED_STATES,
    WELFARE_CALL,
    Book,
    KindRules,
)
from contract.vocabulary import Label

_O, _R, _M, _T = Taker.OPERATOR, Taker.RESPONDER, Taker.MANAGER, Taker.TECHNICIAN
_P = Priority


def _kind(
    kind: str, zh: str, en: str, priority: Priority, takers: tuple[Taker, ...], minutes: tuple[int, ...], phone: bool
) -> KindRules:
    spans = {state: timedelta(minutes=span) for state, span in zip(TIMED_STATES, minutes, strict=True)}
    return KindRules(kind, Label(zh, en), priority, spans, frozenset(takers), phone)


BUILT_IN: Final = Book(
    {
        rules.kind: rules
        for rules in (
            _kind(SERVICE_REQUEST, "服务请求", "Service request", _P.NORMAL, (_O, _R, _M),
                  (30, 120, 480, 1440, 2880, 1440), False),
            _kind(REPAIR, "设备维修", "Repair", _P.NORMAL, (_T, _R, _M),
                  (120, 1440, 2880, 1440, 2880, 1440), False),
            _kind(FOLLOW_UP_24H, "24 小时回访", "Follow-up after 24 hours", _P.HIGH, (_O, _R, _M),
                  (60, 120, 120, 240, 1440, 1440), True),
            _kind(FOLLOW_UP_72H, "72 小时回访", "Follow-up after 72 hours", _P.HIGH, (_O, _R, _M),
                  (120, 240, 240, 480, 1440, 1440), True),
            _kind(WELFARE_CALL, "关怀探问", "Welfare call", _P.HIGH, (_O, _R, _M),
                  (30, 60, 60, 240, 1440, 1440), True),
            _kind(CONTACT_CHECK, "核对联系人", "Check of contacts", _P.LOW, (_O, _M),
                  (1440, 4320, 4320, 1440, 2880, 1440), True),
            _kind(OTHER, "其他", "Other", _P.NORMAL, (_O, _R, _M, _T),
                  (60, 480, 1440, 1440, 2880, 1440), False),
        )
    }
)  # fmt: skip
