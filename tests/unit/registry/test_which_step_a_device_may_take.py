"""The transition table of devices: what may follow what, and what has to be said first."""

from __future__ import annotations

import itertools

import pytest

from backend.domain.registry.history import differing, masked
from backend.domain.registry.lifecycle import (
    AT_HOME,
    SHUT_OUT,
    TRANSITIONS,
    DeviceState,
    Needs,
    Unmovable,
    judge_step,
    may_connect,
)


def test_a_life_from_the_shelf_to_the_scrap_heap() -> None:
    life = [DeviceState.STOCK, DeviceState.ENROLLED, DeviceState.INSTALLED, DeviceState.SUSPENDED, DeviceState.RETIRED]
    for before, after in itertools.pairwise(life):
        assert judge_step(before, after, home=after in AT_HOME, reason="因欠费", commissioned=True) is None


def test_what_is_not_in_the_table_is_refused() -> None:
    for before, after in itertools.product(DeviceState, DeviceState):
        if (before, after) not in TRANSITIONS:
            refused = judge_step(before, after, home=True, reason="x", commissioned=True)
            assert refused is Unmovable.ILLEGAL, (before, after)


@pytest.mark.parametrize("step", [step for step, needs in TRANSITIONS.items() if needs is Needs.REASON])
def test_a_grave_step_is_explained(step: tuple[DeviceState, DeviceState]) -> None:
    for reason in (None, "", "  "):
        assert judge_step(*step, home=True, reason=reason, commissioned=True) is Unmovable.NEEDS_REASON


def test_installed_means_tried_out_or_explained() -> None:
    step = (DeviceState.ENROLLED, DeviceState.INSTALLED)
    assert judge_step(*step, home=True, reason=None, commissioned=False) is Unmovable.NOT_COMMISSIONED
    assert judge_step(*step, home=True, reason="老人不在家", commissioned=False) is None
    assert judge_step(*step, home=False, reason="x", commissioned=True) is Unmovable.NEEDS_HOME


def test_only_what_is_retired_or_revoked_is_shut_out() -> None:
    assert {state for state in DeviceState if not may_connect(state)} == SHUT_OUT
    assert may_connect(DeviceState.SUSPENDED)


def test_whatever_is_in_use_can_be_revoked_at_once() -> None:
    for state in set(DeviceState) - {DeviceState.REVOKED}:
        assert judge_step(state, DeviceState.REVOKED, home=False, reason="被盗", commissioned=False) is None


def test_the_history_tells_what_differs_and_masks_numbers() -> None:
    before, after = differing({"room": "厨房", "sim_number": None}, {"room": "卧室", "sim_number": "89860012345"})
    assert (before, after) == ({"room": "厨房", "sim_number": None}, {"room": "卧室", "sim_number": "*******2345"})
    assert (masked("110"), masked(None)) == ("****", None)
