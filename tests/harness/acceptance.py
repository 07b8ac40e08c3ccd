"""Fixtures of the acceptance and fault tests: one shared system for the gentle, a fresh one for each of the violent.

Import what you use into a conftest.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.harness.desk import Desk
from tests.harness.fleet import Fleet
from tests.harness.system import Credential, System
from tests.harness.terminal import Terminal

_running: list[System] = []
POOL = 40
"""Devices enrolled at once: one password file written, one reload of the broker."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails shows what each program said last."""
    report = yield
    if report.failed:
        for system in _running:
            report.sections.append((f"programs in {system.folder.name}", system.logs()))
    return report


def _folder() -> Path:
    # Short, and removed: pytest's own folders are kept for three runs, and these hold databases.
    return Path(tempfile.mkdtemp(prefix="care-"))


@pytest.fixture(scope="session")
def _shared() -> Iterator[System]:
    folder = _folder()
    system = System(folder)
    _running.append(system)
    with system:
        yield system
        assert system.ended == [], system.ended
    _running.remove(system)
    shutil.rmtree(folder)


@pytest.fixture
def system(_shared: System) -> Iterator[System]:
    """The shared system; no program of it may have ended by itself."""
    before = list(_shared.ended)
    yield _shared
    assert _shared.ended == before, "a program ended by itself"


@pytest.fixture
def make_system() -> Iterator[Callable[..., System]]:
    """Starts a system of the test's own; `System`'s arguments but the folder."""
    with ExitStack() as stack:

        def start(**arguments: Any) -> System:
            folder = _folder()
            stack.callback(shutil.rmtree, folder)
            system = System(folder, **arguments)
            _running.append(system)  # before it starts: a start that fails wants its logs most
            stack.callback(_running.remove, system)
            return stack.enter_context(system)

        yield start


@pytest.fixture(scope="session")
def _devices(_shared: System) -> Iterator[Credential]:
    return itertools.chain.from_iterable(_shared.enrol(POOL) for _ in itertools.count())


@pytest.fixture
def device(_devices: Iterator[Credential], system: System) -> Credential:
    """A terminal's credential that no other test uses."""
    return next(_devices)


@pytest.fixture(scope="session")
def _fleet(_shared: System) -> Iterator[Fleet]:
    with Fleet(_shared.broker_port, _shared.folder / "ledger.jsonl") as fleet:
        yield fleet


@pytest.fixture
def terminal(_devices: Iterator[Credential], _fleet: Fleet, system: System) -> Iterator[Terminal]:
    """A connected terminal that keeps the contract; another device than `device`."""
    device = next(_devices)
    terminal = _fleet.add(device.device_id, device.secret)
    yield terminal
    _fleet.drop(terminal)


@pytest.fixture(scope="session")
def _desks(_shared: System) -> Iterator[tuple[Desk, Desk]]:
    # One log-in each for the session: the backend bounds how often one may try.
    with _shared.desk("op1") as first, _shared.desk("op2") as second:
        yield first, second


@pytest.fixture
def desk(_desks: tuple[Desk, Desk]) -> Desk:
    """The first operator."""
    return _desks[0]


@pytest.fixture
def other_desk(_desks: tuple[Desk, Desk]) -> Desk:
    """The second operator."""
    return _desks[1]
