"""A real broker, the fake platform's sides, and the simulator between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.device_sim.answerer import Answerer
from tests.fakes.device_sim.registry import Registry
from tests.fakes.device_sim.running import RunningSim
from tests.harness.broker import Broker, mosquitto_program

MakeSim = Callable[..., RunningSim]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    if mosquitto_program() is None:
        pytest.skip("Mosquitto is not installed")
    with Broker(tmp_path / "broker") as running:
        yield running


@pytest.fixture
def platform(broker: Broker) -> Iterator[Answerer]:
    with Answerer(broker, broker.add_gateway()) as answerer:
        yield answerer


@pytest.fixture
def registry(broker: Broker) -> Iterator[Registry]:
    with Registry(broker) as running:
        yield running


@pytest.fixture
def make_sim(broker: Broker, registry: Registry, tmp_path: Path) -> Iterator[MakeSim]:
    made: list[RunningSim] = []

    def make(**settings: object) -> RunningSim:
        made.append(RunningSim(tmp_path, broker.port, registry.url, **settings))
        return made[-1]

    yield make
    for sim in made:
        sim.child.kill()
