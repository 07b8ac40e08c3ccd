"""Writers of one process take turns as they came; one that gives up holds up nobody."""

from __future__ import annotations

import threading

from backend.adapters.db.turns import Turns
from tests.harness.clock import wait_until


def _waits(turns: Turns, done: list[str], name: str, timeout: float = 30.0, first: bool = False) -> threading.Thread:
    def run() -> None:
        if turns.acquire(timeout, first):
            done.append(name)
            turns.release()
        else:
            done.append(f"{name} gave up")

    before = len(turns._waiting)
    thread = threading.Thread(target=run, name=name)
    thread.start()
    wait_until(lambda: len(turns._waiting) > before or not thread.is_alive(), f"{name} waits")
    return thread


def test_who_comes_again_waits_behind_those_who_wait() -> None:
    turns = Turns()
    done: list[str] = []
    assert turns.acquire(1)
    threads = [_waits(turns, done, name) for name in ("press", "desk")]
    again = _waits(turns, done, "worker")
    turns.release()
    for thread in (*threads, again):
        thread.join(30)
    assert done == ["press", "desk", "worker"]
    assert turns.acquire(0)


def test_who_gives_up_holds_up_nobody() -> None:
    turns = Turns()
    done: list[str] = []
    assert turns.acquire(1)
    impatient = _waits(turns, done, "impatient", timeout=0.01)
    impatient.join(30)
    patient = _waits(turns, done, "patient")
    turns.release()
    patient.join(30)
    assert done == ["impatient gave up", "patient"]


def test_under_load_each_turn_is_taken_by_one() -> None:
    turns = Turns()
    inside: list[int] = []
    most: list[int] = []

    def run() -> None:
        for _ in range(200):
            assert turns.acquire(30)
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            turns.release()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(most) == 1600
    assert max(most) == 1


def test_presses_go_first_in_their_order_also_after_one_that_gave_up() -> None:
    turns = Turns()
    done: list[str] = []
    assert turns.acquire(1)
    threads = [_waits(turns, done, "worker"), _waits(turns, done, "press 1", first=True)]
    impatient = _waits(turns, done, "press 2", timeout=0.01, first=True)
    impatient.join(30)
    threads += [_waits(turns, done, "press 3", first=True), _waits(turns, done, "desk")]
    turns.release()
    for thread in threads:
        thread.join(30)
    assert done == ["press 2 gave up", "press 1", "press 3", "worker", "desk"]
