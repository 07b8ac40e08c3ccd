"""kill -9 of gateway, backend and broker, each in turn at random points, while 200 terminals press once each.

Reconciled from what the senders wrote down themselves: every press has exactly one alert, and at least one answer,
all with one command id.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import pytest

from contract.topics import answer_id
from tests.harness.clock import stopwatch, wait_until
from tests.harness.desk import Desk
from tests.harness.fleet import Fleet
from tests.harness.ledger import Ledger
from tests.harness.system import CANARY_EXIT, System
from tests.harness.terminal import Terminal

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

TERMINALS: Final = 200
VICTIMS: Final = ("gateway-emergency", "backend", "broker")
DOWN_SECONDS: Final = (0.2, 3.0)


@dataclass(frozen=True)
class Blow:
    """At `at` seconds after the first press `victim` is killed, and started again `down` seconds later."""

    at: float
    victim: str
    down: float


def plan(seed: int, rounds: int, seconds: float) -> tuple[list[Blow], list[float]]:
    """Each victim once a round in random order, at random points; and when each terminal presses."""
    dice = random.Random(seed)
    slot = seconds / (rounds * len(VICTIMS))
    victims = [victim for _ in range(rounds) for victim in dice.sample(VICTIMS, len(VICTIMS))]
    blows = [
        Blow(slot * (number + dice.uniform(0.0, 0.4)), victim, min(dice.uniform(*DOWN_SECONDS), slot * 0.6))
        for number, victim in enumerate(victims)
    ]
    return blows, sorted(dice.uniform(0.0, seconds) for _ in range(TERMINALS))


def strike(system: System, terminals: Sequence[Terminal], blows: Sequence[Blow], presses: Sequence[float]) -> None:
    """Presses, kills and starts, in the order of their moments."""
    acts: list[tuple[float, Callable[[], object]]] = []
    for terminal, at in zip(terminals, presses, strict=True):
        acts.append((at, terminal.press))
    for blow in blows:
        acts.append((blow.at, lambda victim=blow.victim: system.kill(victim)))  # type: ignore[misc]
        acts.append((blow.at + blow.down, lambda victim=blow.victim: system.start(victim)))  # type: ignore[misc]
    begun = stopwatch()
    for at, act in sorted(acts, key=lambda pair: pair[0]):
        wait_until(lambda at=at: stopwatch() - begun >= at, "its moment", seconds=60, every=0.005)  # type: ignore[misc]
        act()


def reconcile(ledger: Ledger, desk: Desk) -> None:
    """The senders' own account against the desk's."""
    stories = ledger.stories()
    assert len(stories) == TERMINALS
    alerts = desk.alerts(limit=1000)
    by_device = {device_id: 0 for device_id, _ in stories}
    for alert in alerts:
        by_device[alert["device_id"]] += 1
    assert {d: n for d, n in by_device.items() if n != 1} == {}, "exactly one alert for each press"
    assert {a["device_id"]: a["count"] for a in alerts if a["count"] != 1} == {}, "counted once"
    for story in stories.values():
        assert story.received, f"{story.device_id} was answered"
        assert set(story.received) == {answer_id(story.device_id, story.event_id, "received")}


def _run(system: System, seed: int, rounds: int, seconds: float) -> None:
    devices = system.enrol(TERMINALS)
    with Fleet(system.broker_port, system.folder / "ledger.jsonl", seed=seed) as fleet, system.desk() as desk:
        stream = desk.stream()
        terminals = [fleet.add(device.device_id, device.secret, wait=False) for device in devices]
        wait_until(lambda: all(terminal.connected for terminal in terminals), "all connect")
        strike(system, terminals, *plan(seed, rounds, seconds))
        wait_until(lambda: not fleet.unanswered(), "every press is answered", seconds=60)
        system.wait_ready()
        reconcile(fleet.ledger, desk)
        wait_until(
            lambda: {shown.data["device_id"] for shown in stream.alerts()} == {d.device_id for d in devices},
            "one desk's stream, open all the time, has shown every alert",
        )
        assert stream.connections > 1, "it had to resume"
        assert "resync" not in {shown.event for shown in stream.shown}
    assert all(system.children[victim].starts > rounds for victim in VICTIMS), "every blow has fallen"
    assert {end for end in system.ended if end[1] != CANARY_EXIT} == set(), "nothing else ended by itself"


def test_two_hundred_presses_under_kills(make_system: Callable[..., System]) -> None:
    _run(make_system(), seed=20261125, rounds=2, seconds=36.0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_two_hundred_presses_under_more_kills(make_system: Callable[..., System], seed: int) -> None:
    _run(make_system(), seed=seed, rounds=5, seconds=80.0)


@pytest.mark.slow
@pytest.mark.postgres
def test_two_hundred_presses_under_kills_on_postgresql_with_two_gateways(make_system: Callable[..., System]) -> None:
    from tests.harness.postgres import create_database, postgres_url

    system = make_system(database_url=postgres_url(create_database()), gateways=("gw1", "gw2"))
    _run(system, seed=7, rounds=4, seconds=60.0)
