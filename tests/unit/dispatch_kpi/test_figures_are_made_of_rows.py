"""Shares within a time, against what they are held to; an alert stands in one group; what never happened is late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.kpi.figures import By, Handled, figures, key_of

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC)
"""A second before midnight in Shanghai, at the end of October."""


def handled(number: int, accepted: float | None, voice: float | None = None, **changes: object) -> Handled:
    def after(seconds: float | None) -> datetime | None:
        return None if seconds is None else AT + timedelta(seconds=seconds)

    row = Handled(
        id=f"a{number}",
        type="care.sos.pressed",
        severity="emergency",
        centre_id="c1",
        centre="沙湾",
        operator_id="op1",
        operator="王丽",
        received_at=AT,
        accepted_at=after(accepted),
        first_voice_at=after(voice),
        sent_at=None,
        arrived_at=None,
        outcome="helped_by_phone",
        late=False,
    )
    return replace(row, **changes)  # type: ignore[arg-type]


def test_the_anchors_are_met_or_not() -> None:
    rows = [handled(number, 10) for number in range(97)] + [handled(100, 61), handled(101, 181), handled(102, None)]
    (group,) = figures(rows, By.ALL, ZONE)
    assert group.count == 100
    assert group.accepted.happened == 99
    assert group.accepted.within == {60: 0.97, 180: 0.98}
    assert group.accepted.met == {60: False, 180: False}
    assert (group.accepted.p50, group.accepted.p90, group.accepted.longest) == (10, 10, 181)
    (better,) = figures([handled(number, 60) for number in range(40)], By.ALL, ZONE)
    assert better.accepted.met == {60: True, 180: True}
    assert better.voice.within == {60: 0, 180: 0}


def test_late_presses_stand_apart_and_few_is_said() -> None:
    (group,) = figures([handled(1, 5), handled(2, 900, late=True)], By.ALL, ZONE)
    assert (group.count, group.late, group.few) == (2, 1, True)
    assert group.accepted.within[60] == 1


def test_months_are_local() -> None:
    rows = [handled(1, 5), handled(2, 5, received_at=AT + timedelta(seconds=1))]
    assert [group.key for group in figures(rows, By.MONTH, ZONE)] == ["2026-10", "2026-11"]


def test_who_was_sent_and_never_came_counts() -> None:
    rows = [
        handled(1, 5, arrived_at=AT + timedelta(minutes=14)),
        handled(2, 5, arrived_at=AT + timedelta(minutes=46)),
        handled(3, 5, sent_at=AT + timedelta(minutes=1)),
        handled(4, 5),
    ]
    (group,) = figures(rows, By.ALL, ZONE)
    assert (group.arrival.count, group.arrival.happened) == (3, 2)
    third = pytest.approx(1 / 3)
    assert group.arrival.within == {900: third, 1800: third, 2700: third, 3600: pytest.approx(2 / 3)}


def test_of_no_cases_there_is_no_share() -> None:
    (group,) = figures([handled(1, 5, 5, late=True)], By.ALL, ZONE)
    assert group.arrival.within == {900: None, 1800: None, 2700: None, 3600: None}
    assert group.accepted.within == {60: None, 180: None}
    assert (group.accepted.met, group.called_back) == ({}, None)


def test_two_people_of_one_name_are_two_groups() -> None:
    rows = [handled(1, 5), handled(2, 90, operator_id="op9"), handled(3, None, operator_id="", operator="")]
    groups = figures(rows, By.OPERATOR, ZONE)
    assert [(group.key, group.label) for group in groups] == [("", ""), ("op1", "王丽"), ("op9", "王丽")]
    assert [group.accepted.within[60] for group in groups] == [0, 1, 0]


def test_the_call_back_rate_is_of_those_with_finished_work() -> None:
    rows = [handled(1, 5, called_back=True), handled(2, 5, called_back=False), handled(3, 5)]
    (group,) = figures(rows, By.ALL, ZONE)
    assert group.called_back == 0.5


@pytest.mark.parametrize("by", list(By))
@given(
    rows=st.lists(
        st.builds(
            handled,
            st.integers(0, 10**6),
            st.none() | st.floats(0, 10_000),
            st.none() | st.floats(0, 10_000),
            centre_id=st.sampled_from(["c1", "c2"]),
            operator_id=st.sampled_from(["", "op1", "op2"]),
            type=st.sampled_from(["care.sos.pressed", "care.fall.detected"]),
            late=st.booleans(),
        ),
        max_size=30,
    )
)
def test_every_figure_equals_its_rows(by: By, rows: list[Handled]) -> None:
    groups = figures(rows, by, ZONE)
    assert sum(group.count for group in groups) == len(rows)
    for group in groups:
        behind = [row for row in rows if key_of(row, by, ZONE) == group.key]
        assert group.count == len(behind)
        fresh = [row for row in behind if not row.late]
        soon = [r for r in fresh if r.accepted_at is not None and (r.accepted_at - r.received_at).total_seconds() <= 60]
        share = group.accepted.within[60]
        assert share is None if not fresh else share == pytest.approx(len(soon) / len(fresh))
