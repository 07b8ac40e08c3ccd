"""Which commands leave and what is said of them; what makes a lane degraded or down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from contract.ingest import CommandOutcome, OutboundCommand
from contract.times import format_time
from gateway.adapters.desks import OutcomeDesk
from gateway.core.health import State, Trouble, assess
from gateway.core.lanes import PLANS, LaneName
from gateway.core.ports import Answer, Reply
from gateway.settings import Settings
from tests.harness.clock import ManualClock
from tests.unit.gateway.conftest import Bench


def _command(bench: Bench, lifetime: timedelta, device_id: str = "T1", expires: str | None = None) -> OutboundCommand:
    return OutboundCommand(
        id="c-1",
        device_id=device_id,
        command="reassure",
        args={"stage": "received"},
        expires=expires or format_time(bench.clock.now() + lifetime),
        lease="fence",
    )


def test_device_gets_the_command_without_lease_and_device_id(bench: Bench) -> None:
    bench.commands.hand_out([_command(bench, timedelta(seconds=90.2))])
    sent = bench.broker.published[0]
    assert sent.topic == "care/v1/T1/command"
    assert msgspec.json.decode(sent.payload).keys() == {"id", "command", "args", "expires"}
    assert sent.expiry_seconds == 91
    assert bench.outcomes == []
    sent.done(None)
    assert (bench.outcomes[0].outcome, bench.outcomes[0].lease) == ("sent", "fence")


@pytest.mark.parametrize("why", ["connection_lost", "Not authorized"])
def test_command_that_did_not_leave_is_failed_with_why(bench: Bench, why: str) -> None:
    bench.commands.hand_out([_command(bench, timedelta(minutes=1))])
    bench.broker.published[0].done(why)
    assert (bench.outcomes[0].outcome, bench.outcomes[0].reason) == ("failed", why)


@pytest.mark.parametrize(
    ("lifetime", "device_id", "expires", "reason"),
    [
        (timedelta(0), "T1", None, "expired"),
        (timedelta(minutes=1), "a/b", None, "bad_device_id"),
        (timedelta(minutes=1), "T1", "tomorrow", "bad_expiry"),
    ],
)
def test_command_that_may_not_leave(
    bench: Bench, lifetime: timedelta, device_id: str, expires: str | None, reason: str
) -> None:
    bench.commands.hand_out([_command(bench, lifetime, device_id, expires)])
    assert bench.broker.published == []
    assert (bench.outcomes[0].outcome, bench.outcomes[0].reason) == ("failed", reason)


@pytest.mark.parametrize(
    ("troubles", "state"),
    [
        (set(), State.UP),
        ({Trouble.SPOOLING}, State.DEGRADED),
        ({Trouble.SESSION_LOST, Trouble.BACKEND_AWAY}, State.DEGRADED),
        ({Trouble.SPOOLING, Trouble.SPOOL_UNAVAILABLE}, State.DOWN),
        ({Trouble.BROKER_AWAY}, State.DOWN),
        ({Trouble.LOOP_FAILING}, State.DOWN),
    ],
)
def test_state_of_a_lane(troubles: set[Trouble], state: State) -> None:
    assert assess(troubles).state is state


@pytest.mark.parametrize(
    ("lane", "gateway", "component"),
    [
        (LaneName.EMERGENCY, Settings.model_fields["gateway"].default, "gateway-emergency"),
        (LaneName.TELEMETRY, "gw1", "gateway-telemetry"),
        (LaneName.EMERGENCY, "gw2", "gateway-emergency.gw2"),
        (LaneName.TELEMETRY, "gw2", "gateway-telemetry.gw2"),
    ],
)
def test_each_gateway_reports_as_a_component_of_its_own(lane: LaneName, gateway: str, component: str) -> None:
    assert PLANS[lane].component(gateway) == component


def test_detail_is_the_same_for_the_same_troubles() -> None:
    assert assess({Trouble.SPOOLING, Trouble.BACKEND_AWAY}).detail == "backend_away,spooling"


class SlowBackend:
    """Takes as long as it may, then gives `answer`."""

    def __init__(self, clock: ManualClock, answer: Answer) -> None:
        self.told: list[str] = []
        self._clock = clock
        self._answer = answer

    def claim(self, lane: str, limit: int, wait_seconds: float) -> Reply:
        raise AssertionError("nothing is claimed at the end")

    def report(self, outcomes: Sequence[CommandOutcome], seconds: float) -> Reply:
        self._clock.turn(timedelta(seconds=seconds))
        self.told += [outcome.id for outcome in outcomes]
        return Reply(self._answer)


@pytest.mark.parametrize(("answer", "told"), [(Answer.STORED, 250), (Answer.SILENT, 100)])
def test_last_outcomes_are_told_within_the_time_there_is(answer: Answer, told: int) -> None:
    clock = ManualClock()
    backend = SlowBackend(clock, answer)
    desk = OutcomeDesk(backend)
    for number in range(250):
        desk.say(CommandOutcome(id=str(number), lease="l", outcome="sent"))
    began = clock.monotonic()
    desk.finish(clock, 2.0)
    assert clock.monotonic() - began <= 2.0
    assert backend.told == [str(number) for number in range(told)]
