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
        centre="沙湾",
        operator="王丽",
        received_at=AT,
        accepted_at=after(accepted),
        first_voice_at=after(voice),
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


def test_arrivals_count_where_somebody_went() -> None:
    rows = [
        handled(1, 5, arrived_at=AT + timedelta(minutes=14)),
        handled(2, 5, arrived_at=AT + timedelta(minutes=46)),
        handled(3, 5),
    ]
    (group,) = figures(rows, By.ALL, ZONE)
    assert group.arrival.count == 2
    assert group.arrival.within == {900: 0.5, 1800: 0.5, 2700: 0.5, 3600: 1.0}


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
            centre=st.sampled_from(["甲", "乙"]),
            operator=st.sampled_from(["", "王丽"]),
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
        assert group.accepted.within[60] * max(1, len(fresh)) == pytest.approx(len(soon))
