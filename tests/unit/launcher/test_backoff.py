"""How long an ended child waits."""

from __future__ import annotations

from launcher.backoff import HEALTHY_SECONDS, Backoff


def test_the_delay_doubles_up_to_five_seconds() -> None:
    backoff, delays = Backoff(), []
    for _ in range(7):
        backoff = backoff.after_end(ran_seconds=1.0)
        delays.append(backoff.delay_seconds)
    assert delays == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_a_good_run_begins_from_the_first_delay_again() -> None:
    worn = Backoff(ends=6)
    assert worn.after_end(HEALTHY_SECONDS).delay_seconds == 0.2
    assert worn.after_end(HEALTHY_SECONDS - 1).delay_seconds == 5.0


def test_a_first_start_does_not_wait() -> None:
    assert Backoff().delay_seconds == 0.0
