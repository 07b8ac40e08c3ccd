"""`config/work_orders.toml`: what is shipped is read, and a fault is refused with its place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from backend.adapters.work_order_file import BadWorkOrders, load_work_orders, read_work_orders
from backend.domain.work_order.model import Priority, State, Taker
from backend.domain.work_order.rules import OTHER, OWN_KINDS, TIMED_STATES

SHIPPED = Path(__file__).parents[3] / "config" / "work_orders.toml"


def test_what_is_shipped_is_read() -> None:
    book = load_work_orders(SHIPPED)
    assert set(book.kinds) == set(OWN_KINDS)
    rules = book.of("follow_up_24h")
    assert rules.by_phone
    assert rules.priority is Priority.HIGH
    assert rules.spans[State.REGISTERED] == timedelta(minutes=60)
    assert Taker.OPERATOR in rules.taken_by
    for one in book.kinds.values():
        assert set(one.spans) == set(TIMED_STATES)
        assert one.label.zh
        assert one.label.en
    assert book.of("a_kind_of_last_year").kind == OTHER


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ('priority = "low"', 'priority = "lowest"', "priority"),
        ("registered = 30,", "registered = 0,", "registered"),
        ("registered = 30,", "", "registered"),
        ("by_phone = true", "by_fax = true", "by_fax"),
        ('taken_by = ["operator", "manager"]', "taken_by = []", "taken_by"),
        ('taken_by = ["operator", "manager"]', 'taken_by = ["cook"]', "taken_by"),
        ("[kinds.repair]", "[kinds.repairs]", "'repair' is missing"),
        ("[kinds.repair]", "[kinds.Repair]", "kinds"),
        ("label = {", "label = ", "work_orders.toml"),
    ],
)
def test_a_fault_is_refused_with_its_place(before: str, after: str, place: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert before in text
    with pytest.raises(BadWorkOrders, match=r"work_orders\.toml") as refused:
        read_work_orders(SHIPPED.name, text.replace(before, after, 1).encode())
    assert place in str(refused.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadWorkOrders, match="take the shipped file"):
        load_work_orders(tmp_path / "work_orders.toml")
