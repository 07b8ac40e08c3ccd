"""Windows opened and ended, presses, confirmations and clocks that jump, in any order: silence ends, and never begins
outside a window."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.adapters.db.engine import make_engine
from backend.adapters.db.migrations import migrate
from backend.services.alarm.views import AlertSummary
from contract.vocabulary import Stage
from tests.harness.registry import RegistryDesk

WAIT = timedelta(seconds=60)
SPANS = st.sampled_from([-7200, -90, -61, -1, 1, 29, 59, 60, 61, 300, 1799, 1800, 1801])
STEPS = st.one_of(
    st.tuples(st.just("press"), st.just(0)),
    st.tuples(st.just("open"), st.sampled_from([1, 5, 30])),
    st.tuples(st.just("end"), st.just(0)),
    st.tuples(st.just("confirm"), st.just(0)),
    st.tuples(st.just("turn"), SPANS),
)


@dataclass
class Model:
    """What a test knows: the window that is open, if any."""

    window: str | None = None
    opened: datetime | None = None
    until: datetime | None = None

    def inside(self, now: datetime) -> bool:
        return self.opened is not None and self.until is not None and self.opened <= now < self.until


@pytest.fixture(scope="module")
def desk() -> Iterator[RegistryDesk]:
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder, 'care.sqlite')}")
        migrate(engine)
        yield RegistryDesk(engine, Path(folder))
        engine.dispose()


names = itertools.count(1)


def mine(desk: RegistryDesk, device: str) -> list[AlertSummary]:
    desk.alarm.requeue()
    return [alert for alert in desk.alarm.open() if alert.device_id == device]


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=12))
def test_silence_is_for_tests_and_ends(desk: RegistryDesk, steps: list[tuple[str, int]]) -> None:
    device, model = f"T{next(names)}", Model()
    desk.device(device)
    for step, value in steps:
        now = desk.clock.now()
        if step == "turn":
            desk.clock.turn(timedelta(seconds=value))
        elif step == "open":
            body = {"device_id": device, "minutes": value}
            window = desk.answer(desk.http.post("/test-windows", json=body), 201)
            model = Model(window["id"], now, now + timedelta(minutes=value))
        elif step == "end" and model.window is not None:
            desk.answer(desk.http.delete(f"/test-windows/{model.window}"), 204)
            model = Model() if model.inside(now) else model
        elif step == "confirm":
            for alert in mine(desk, device):
                silent = not alert.ring
                answer = desk.http.post(f"/alerts/{alert.id}/confirm-test", json={"presses": alert.count})
                assert (answer.status_code == 204) is silent
        elif step == "press":
            was_real = any(alert.ring for alert in mine(desk, device))
            answer = desk.alarm.press(device)
            assert [command.args["stage"] for command in answer.commands] == [Stage.RECEIVED]
            (alert,) = mine(desk, device)
            assert not alert.ring or "test" not in alert.flags
            if was_real or not model.inside(now):
                assert alert.ring
        assert all(alert.ring or "test" in alert.flags for alert in mine(desk, device))
    desk.clock.turn(WAIT)
    assert all(alert.ring and "test" not in alert.flags for alert in mine(desk, device))
