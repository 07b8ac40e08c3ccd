"""Ticks run each on its own thread, isolated, and say when they fail, lag or hang."""

from __future__ import annotations

import threading
from datetime import timedelta

from backend.adapters.clock import SystemClock
from backend.workers.loop import Loop, Tick
from tests.harness.clock import ManualClock, wait_until


def test_a_tick_that_fails_or_hangs_stops_no_other() -> None:
    release, names = threading.Event(), []

    def fail() -> None:
        raise ValueError("broken")

    def note() -> None:
        names.append(threading.current_thread().name)

    ticks = [Tick("bad", fail), Tick("hangs", lambda: release.wait(30), deadline=0.2), Tick("good", note)]
    loop = Loop(ticks, SystemClock())
    loop.start()
    try:
        wait_until(lambda: len(names) >= 3, "the good tick rings on")
        by_name = {found.name: found for found in loop.states()}
        assert by_name["bad"].failures == by_name["bad"].runs >= 2
        assert by_name["bad"].error == "ValueError"
        assert by_name["hangs"].stuck
        assert by_name["hangs"].lag_seconds > 0.2
        assert not by_name["good"].stuck
        assert by_name["good"].error is None
        assert set(names) == {"tick-good"}
    finally:
        release.set()
        assert loop.stop() == []


def test_a_tick_runs_no_more_often_than_it_asked() -> None:
    clock, ran = ManualClock(), threading.Semaphore(0)
    loop = Loop([Tick("slow", ran.release, seconds=5.0)], clock)
    for runner in loop._runners:
        runner.start()
    loop.ring()
    assert ran.acquire(timeout=10)
    wait_until(lambda: loop.states()[0].runs == 1, "the first run is over")
    loop.ring()
    clock.turn(timedelta(seconds=4.8))
    loop.ring()
    assert ran.acquire(timeout=10)
    wait_until(lambda: loop.states()[0].runs == 2, "it runs when it is due, not before")
    clock.turn(timedelta(seconds=7))
    assert loop.states()[0].lag_seconds == 2.0
    assert loop.stop() == []


def test_a_tick_that_works_again_says_so_by_its_state() -> None:
    clock, broken = ManualClock(), [True]

    def work() -> None:
        if broken[0]:
            raise OSError("away")

    loop = Loop([Tick("work", work, seconds=0.0)], clock)
    loop._runners[0].start()
    loop.ring()
    wait_until(lambda: loop.states()[0].error == "OSError", "it failed")
    broken[0] = False
    loop.ring()
    wait_until(lambda: loop.states()[0].error is None, "it works again")
    assert loop.states()[0].failures >= 1
    assert loop.stop() == []


def test_stopping_waits_for_what_runs_and_names_what_hangs() -> None:
    release, started = threading.Event(), threading.Event()

    def hang() -> None:
        started.set()
        release.wait(30)

    loop = Loop([Tick("hangs", hang), Tick("good", lambda: None)], SystemClock())
    loop.start()
    assert started.wait(10)
    assert loop.stop(seconds=0.1) == ["hangs"]
    release.set()


def test_after_the_stop_nothing_rings_any_more() -> None:
    runs: list[int] = []
    loop = Loop([Tick("note", lambda: runs.append(1))], SystemClock())
    loop.start()
    wait_until(lambda: runs, "the first run")
    assert loop.stop() == []
    count = len(runs)
    loop.ring()
    assert len(runs) == count


def test_where_the_bell_is_silent_a_tick_looks_by_itself() -> None:
    runs = threading.Semaphore(0)
    loop = Loop([Tick("note", runs.release)], SystemClock())
    loop._runners[0].start()
    assert runs.acquire(timeout=10), "APScheduler follows the wall clock; deadlines must not wait for it"
    assert loop.stop() == []
