"""Which lines a home's checklist has, and when each of them is met."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.domain.registry.commissioning import (
    LEAST_BATTERY,
    LEAST_RSSI,
    ContactFacts,
    DeviceFacts,
    Item,
    Met,
    checklist,
    complete,
)

CAME = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LATER = CAME + timedelta(minutes=5)
GOOD = DeviceFacts("T1", "terminal", CAME, LATER, LATER, -80.0, 90.0)
SON = ContactFacts("key_holder", proved=True)


def stands(device: DeviceFacts, *contacts: ContactFacts) -> dict[Item, Met]:
    return {line.item: line.met for line in checklist([device], contacts or [SON])}


def test_a_home_where_everything_was_tried_is_complete() -> None:
    lines = checklist([GOOD, DeviceFacts("S1", "sensor", CAME, None, LATER, -90.0, 60.0)], [SON])
    assert complete(lines)
    assert [(line.item, line.device_id) for line in lines].count((Item.PRESS, "S1")) == 0


@pytest.mark.parametrize(
    ("changes", "item", "met"),
    [
        ({"tested_at": None}, Item.PRESS, Met.NOT_MET),
        ({"tested_at": CAME - timedelta(days=1)}, Item.PRESS, Met.NOT_MET),
        ({"rssi": LEAST_RSSI - 1}, Item.SIGNAL, Met.NOT_MET),
        ({"rssi": LEAST_RSSI}, Item.SIGNAL, Met.MET),
        ({"battery": LEAST_BATTERY - 1}, Item.BATTERY, Met.NOT_MET),
        ({"battery": None}, Item.BATTERY, Met.UNKNOWN),
        ({"heard_at": None}, Item.SIGNAL, Met.UNKNOWN),
        ({"heard_at": CAME - timedelta(days=1)}, Item.BATTERY, Met.UNKNOWN),
    ],
)
def test_what_is_open(changes: dict[str, object], item: Item, met: Met) -> None:
    assert stands(replace(GOOD, **changes))[item] is met  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("contacts", "met"),
    [
        ([ContactFacts("inform_only", proved=True)], Met.NOT_MET),
        ([ContactFacts("key_holder", proved=False), ContactFacts("never", proved=True)], Met.NOT_MET),
        ([ContactFacts("decision_maker", proved=True)], Met.MET),
    ],
)
def test_somebody_who_can_do_something_is_reachable(contacts: list[ContactFacts], met: Met) -> None:
    assert stands(GOOD, *contacts)[Item.CONTACTS] is met


def test_a_home_without_a_terminal_has_nothing_to_press() -> None:
    lines = checklist([DeviceFacts("S1", "sensor", CAME, None, LATER, -90.0, 60.0)], [SON])
    assert (lines[0].item, lines[0].met, complete(lines)) == (Item.PRESS, Met.NOT_MET, False)


def test_the_thresholds_are_those_of_the_rules() -> None:
    from pathlib import Path

    from backend.adapters.rule_file import load_rules

    rules = {rule.code: rule for path in Path("config/rules").glob("*.toml") for rule in load_rules(path)}
    assert rules["battery_low"].clear_at_or_above == LEAST_BATTERY
    assert rules["signal_weak"].clear_at_or_above == LEAST_RSSI
