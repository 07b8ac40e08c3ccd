"""What somebody's status changes, and what it does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.registry.household import (
    HomeRecord,
    Misplaced,
    ResidentRecord,
    Status,
    moved_to,
    routine_paused,
    with_status,
)

NOW = datetime(2026, 11, 24, 3, 12, 45, tzinfo=UTC)
LIN = ResidentRecord("r1", "h1", "林阿婆")


@given(st.lists(st.sampled_from(Status)))
def test_routine_goes_on_while_anybody_is_at_home(statuses: list[Status]) -> None:
    assert routine_paused(statuses) is not any(status is Status.AT_HOME for status in statuses)


def test_whoever_is_away_with_an_end_is_expected() -> None:
    until = NOW + timedelta(days=2)
    away = with_status(LIN, Status.AWAY, until, NOW)
    assert isinstance(away, ResidentRecord)
    assert (away.status, away.status_since, away.away_until, away.return_due_at) == (Status.AWAY, NOW, until, until)
    back = with_status(away, Status.AT_HOME, None, NOW + timedelta(days=1))
    assert isinstance(back, ResidentRecord)
    assert (back.away_until, back.return_due_at) == (None, None)


def test_an_end_that_lies_behind_or_belongs_to_nothing_is_refused() -> None:
    assert with_status(LIN, Status.AWAY, NOW, NOW) is Misplaced.UNTIL_IS_PAST
    assert with_status(LIN, Status.HOSPITAL, NOW + timedelta(1), NOW) is Misplaced.UNTIL_WITHOUT_AWAY


def test_a_former_address_is_kept_with_its_days() -> None:
    home = HomeRecord("h1", "x", "旧址", address_since=date(2020, 1, 1), confirmed_on=date(2025, 5, 5))
    assert moved_to(home, "旧址", None, date(2026, 1, 1)) is None
    former = moved_to(home, "新址", None, date(2026, 1, 1))
    assert former is not None
    assert (former.address, former.valid_from, former.valid_until) == ("旧址", date(2020, 1, 1), date(2026, 1, 1))
