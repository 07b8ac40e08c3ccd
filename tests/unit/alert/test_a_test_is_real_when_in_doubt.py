"""Which press is a technician's test: to the second, by three clocks, and anything odd is real."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.alert.model import Actor, ActorKind, Alert, AlertId
from backend.domain.alert.raising import Place, Press, raise_alert
from backend.domain.alert.testing import (
    CLOCKS_DIFFER,
    CONFIRM_WITHIN,
    DOUBTFUL,
    LONGEST,
    Reality,
    TestWindow,
    Unconfirmed,
    as_test,
    confirm_test,
    end_test,
    is_silent,
    is_test,
    make_real,
)
from backend.domain.alert.timing import PressTime
from contract.vocabulary import SOS, Flag, Handling

OPENED = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
WINDOW = TestWindow("w1", OPENED, OPENED + LONGEST)
TECH = Actor(ActorKind.STAFF, "tech", "陈屿舟")
SECOND = timedelta(seconds=1)


def press(at: datetime, pressed_at: datetime | None = None, flags: tuple[Flag, ...] = ()) -> Press:
    return Press("T1", SOS, "e1", PressTime(pressed_at or at, None, ()), at, "gw1", flags)


def made(at: datetime = OPENED) -> Alert:
    raised = raise_alert(AlertId("a1"), press(at), Place(known=True, home_id="h1"), None, at)
    return as_test(raised, WINDOW, at).alert


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (OPENED - SECOND, False),
        (OPENED, True),
        (OPENED + LONGEST - SECOND, True),
        (OPENED + LONGEST, False),
        (OPENED + LONGEST + SECOND, False),
    ],
)
def test_a_window_has_edges_to_the_second(at: datetime, expected: bool) -> None:
    assert is_test(WINDOW, press(at), at) is expected


moments = st.timedeltas(timedelta(hours=-1), timedelta(hours=1)).map(lambda span: OPENED + span)


@given(moments, moments, moments)
def test_all_three_clocks_must_agree(now: datetime, received_at: datetime, pressed_at: datetime) -> None:
    inside = [OPENED <= moment < WINDOW.until for moment in (now, received_at, pressed_at)]
    assert is_test(WINDOW, press(received_at, pressed_at), now) is all(inside)


@pytest.mark.parametrize("flag", sorted(DOUBTFUL))
def test_what_is_odd_is_real(flag: Flag) -> None:
    assert not is_test(WINDOW, press(OPENED, flags=(flag,)), OPENED)


def test_a_window_that_cannot_be_is_not_believed() -> None:
    for until in (OPENED, OPENED - SECOND, OPENED + LONGEST + SECOND):
        assert not is_test(TestWindow("w1", OPENED, until), press(OPENED), OPENED)
    assert not is_test(None, press(OPENED), OPENED)


@given(st.timedeltas(timedelta(hours=-2), timedelta(hours=2)))
def test_at_every_moment_it_is_silent_and_confirmable_or_becomes_real(span: timedelta) -> None:
    alert, now = made(), OPENED + span
    silent = is_silent(alert, now)
    assert silent is (-CLOCKS_DIFFER <= span < CONFIRM_WITHIN)
    ended, confirmed = end_test(alert, now), confirm_test(alert, TECH, "console", now, 1)
    assert ended.changed is not silent
    assert isinstance(confirmed, Unconfirmed) is not silent
    if not silent:
        assert (ended.alert.test_due_at, Flag.TEST in ended.alert.flags, ended.alert.ringing) == (None, False, True)


def test_a_clock_that_is_set_back_makes_it_real() -> None:
    ended = end_test(made(), OPENED - CLOCKS_DIFFER - SECOND)
    assert ended.reason == Reality.CLOCK_SET_BACK


def test_a_confirmed_test_is_over_and_stays_a_test() -> None:
    confirmed = confirm_test(made(), TECH, "console", OPENED + CONFIRM_WITHIN - SECOND, 1)
    assert not isinstance(confirmed, Unconfirmed)
    alert = confirmed.alert
    assert (alert.handling, alert.outcome, Flag.TEST in alert.flags) == (Handling.CLOSED, "test", True)
    again = confirm_test(alert, TECH, "console", OPENED + timedelta(hours=1), 1)
    assert not isinstance(again, Unconfirmed)
    assert not again.changed
    assert not make_real(alert, Reality.NOT_CONFIRMED, "timer", OPENED).changed


def test_a_press_that_waited_on_its_way_is_silent_for_no_longer_than_any_other() -> None:
    pressed_at, now = OPENED + SECOND, OPENED + 51 * SECOND
    raised = raise_alert(AlertId("a1"), press(now, pressed_at), Place(known=True, home_id="h1"), None, now)
    alert = as_test(raised, WINDOW, now).alert
    assert is_silent(alert, pressed_at + CONFIRM_WITHIN - SECOND)
    assert not is_silent(alert, pressed_at + CONFIRM_WITHIN)


def test_a_worker_whose_clock_is_a_little_behind_does_not_make_every_test_real() -> None:
    assert is_silent(made(), OPENED - SECOND)
    assert not end_test(made(), OPENED - SECOND).changed
