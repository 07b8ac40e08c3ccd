"""Refused log-ins are counted from the broker's log, over its turns, and forgotten after an hour."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from launcher.health import reports
from launcher.mqtt_probe import Answer
from launcher.refusals import ODD_IN_SPAN, SPAN_SECONDS, Refusals
from launcher.supervisor import ChildState
from tests.harness.clock import ManualClock

REFUSED = "2026-11-25T10:00:00: Client <unknown> disconnected, not authorised.\n"
OTHER = "2026-11-25T10:00:00: New client connected from 127.0.0.1:1 as T1 (p5, c1, k60, u'T1').\n"


def _add(log: Path, text: str) -> None:
    with log.open("a") as out:
        out.write(text)


def test_only_what_was_refused_since_the_start_counts(tmp_path: Path) -> None:
    log, clock = tmp_path / "broker.log", ManualClock()
    _add(log, REFUSED)
    found = Refusals(log, clock.monotonic)
    _add(log, OTHER + REFUSED + REFUSED[:30])
    found.look()
    assert (found.total, found.last_hour()) == (1, 1)
    _add(log, REFUSED[30:])
    found.look()
    found.look()
    assert found.total == 2


def test_a_log_that_was_turned_over_is_read_from_its_beginning(tmp_path: Path) -> None:
    log, clock = tmp_path / "broker.log", ManualClock()
    _add(log, OTHER * 10)
    found = Refusals(log, clock.monotonic)
    log.write_text(REFUSED)
    found.look()
    assert found.total == 1


def test_an_hour_later_they_are_forgotten_and_the_sum_stays(tmp_path: Path) -> None:
    log, clock = tmp_path / "broker.log", ManualClock()
    found = Refusals(log, clock.monotonic)
    found.look()
    _add(log, REFUSED * 3)
    found.look()
    clock.turn(timedelta(seconds=SPAN_SECONDS + 1))
    _add(log, REFUSED)
    found.look()
    assert (found.total, found.last_hour()) == (4, 1)


def test_the_desk_hears_of_many() -> None:
    states = {"broker": ChildState.RUNNING}
    (few,) = reports(states, Answer.ACCEPTED, ODD_IN_SPAN - 1)
    assert (few["state"], few["figures"]) == ("up", {"refused_last_hour": ODD_IN_SPAN - 1})
    (many,) = reports(states, Answer.ACCEPTED, ODD_IN_SPAN)
    assert (many["state"], many["detail"]) == ("degraded", "strangers_refused")
    (down,) = reports(states, Answer.SILENT, ODD_IN_SPAN)
    assert (down["state"], down["detail"]) == ("down", "no_answer")
