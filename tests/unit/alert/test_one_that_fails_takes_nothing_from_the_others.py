"""What is due is done one by one: a row that fails is said once, left out for a while, and stops nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import structlog

from backend.services.alarm.one_by_one import AWAY, OneByOne

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


def test_the_others_are_done_and_it_is_said_once_until_it_works() -> None:
    broken = {"b"}

    def do(each: str) -> bool:
        if each in broken:
            raise RuntimeError("a name that must not be in a log")
        return each != "c"

    each_alone = OneByOne("look_failed")
    with structlog.testing.capture_logs() as said:
        assert each_alone(["a", "b", "c", "d"], do, NOW) == 2
        assert each_alone.resting(NOW) == {"b"}
        assert each_alone.resting(NOW + timedelta(seconds=11)) == frozenset()
        assert each_alone(["b"], do, NOW + timedelta(seconds=11)) == 0
        broken.clear()
        assert each_alone(["b"], do, NOW + timedelta(seconds=22)) == 1
    assert [line["event"] for line in said] == ["look_failed", "works_again"]
    assert "name" not in str(said)


def test_a_clock_that_was_set_back_does_not_prolong_the_pause() -> None:
    each_alone = OneByOne("look_failed")
    each_alone(["a"], lambda _: 1 // 0 == 0, NOW)
    assert each_alone.resting(NOW - timedelta(days=1)) == frozenset()


def test_when_one_after_another_fails_the_tick_has_failed() -> None:
    each_alone = OneByOne("look_failed")
    with pytest.raises(ZeroDivisionError):
        each_alone([str(number) for number in range(AWAY + 1)], lambda _: 1 // 0 == 0, NOW)
    assert len(each_alone.resting(NOW)) == AWAY
