"""Rule 1 of reliability.md, whatever happens in between: the same event, on its schedule, until an answer names it."""

from __future__ import annotations

import itertools
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from contract.codec import decode_event, encode
from contract.messages import Command
from contract.times import format_time
from contract.topics import answer_id
from contract.vocabulary import SOS, Stage
from device_sim.model.device import Counters, Device
from device_sim.model.resend import RULE, resend_gap
from device_sim.model.sensors import Model
from tests.harness.clock import ManualClock

seeds = st.integers(0, 2**32)


def make(seed: int, boot: int = 7) -> Device:
    return Device("T7", Counters(boot=boot, sos_seq=3), "n0", Model.TERMINAL, Random(seed))


def press(device: Device, clock: ManualClock, type_name: str = SOS) -> str:
    made = device.press(type_name, clock.now())
    device.presses.keep(made.event_id, made.type, made.payload, clock.monotonic(), clock.monotonic())
    return made.event_id


@given(seed=seeds, attempts=st.integers(1, 10_000), elapsed=st.floats(0, 1e9))
def test_every_gap_follows_the_rule(seed: int, attempts: int, elapsed: float) -> None:
    gap = resend_gap(RULE, attempts, elapsed, Random(seed))
    if elapsed >= 120:
        assert gap == 30
    else:
        nominal = min(5.0, 1.5 * 1.5 ** min(attempts - 1, 10))
        assert 0.8 * nominal - 1e-9 <= gap <= 1.2 * nominal + 1e-9


@given(seed=seeds, minutes=st.integers(1, 30))
def test_an_unanswered_press_is_sent_again_and_again_byte_for_byte(seed: int, minutes: int) -> None:
    clock, device = ManualClock(), make(seed)
    event_id = press(device, clock)
    began, sent = clock.monotonic(), []
    while clock.monotonic() < began + 60 * minutes:
        sent += [(clock.monotonic() - began, attempt) for attempt in device.presses.due(clock.monotonic())]
        assert device.presses.next_at is not None, "never given up"
        clock.turn(timedelta(seconds=device.presses.next_at - clock.monotonic() + 1e-6))
    assert {attempt.event_id for _, attempt in sent} == {event_id}
    assert len({attempt.payload for _, attempt in sent}) == 1
    assert [attempt.number for _, attempt in sent] == list(range(1, len(sent) + 1))
    gaps = [later - earlier for (earlier, _), (later, _) in itertools.pairwise(sent)]
    assert all(gap <= 6.01 for gap, (at, _) in zip(gaps, sent, strict=False) if at < 120)
    assert all(abs(gap - 30) < 0.01 for gap, (at, _) in zip(gaps, sent, strict=False) if at >= 120)


@given(seed=seeds, stage=st.sampled_from(Stage), presses=st.integers(1, 6), chosen=st.integers(0, 5))
def test_an_answer_of_any_stage_ends_the_event_that_it_names_and_no_other(
    seed: int, stage: Stage, presses: int, chosen: int
) -> None:
    clock, device = ManualClock(), make(seed)
    ids = [press(device, clock) for _ in range(presses)]
    named = ids[chosen % presses]
    command = Command(
        id=answer_id("T7", named, stage),
        command="reassure",
        args={"stage": stage, "event_id": named},
        expires=format_time(clock.now() + timedelta(minutes=2)),
    )
    _, reply = device.hear(encode(command), clock.now())
    assert (reply.answers, reply.result.status) == (named, "done")
    assert device.presses.answered(named) is not None
    assert device.presses.answered(named) is None, "a second copy settles nothing"
    assert {attempt.event_id for attempt in device.presses.due(clock.monotonic())} == set(ids) - {named}


@given(
    boot=st.integers(1, 1000),
    types=st.lists(st.sampled_from([SOS, "care.family.pressed", "care.battery.low", "care.made.up"]), max_size=20),
)
def test_counters_count_and_ids_are_never_used_twice(boot: int, types: list[str]) -> None:
    clock, device = ManualClock(), make(1, boot)
    made = [device.press(type_name, clock.now()) for type_name in types]
    events = [decode_event(one.payload, "T7") for one in made]
    assert [event.seq for event in events] == list(range(1, len(types) + 1))
    assert {event.boot for event in events} <= {boot}
    sos = [event.sos_seq for event in events if event.type == SOS]
    assert sos == list(range(4, 4 + len(sos))), "the SOS counter goes on over boots"
    assert len({event.id for event in events}) == len(events)
    assert all(event.flags in ((), ("unknown_type",)) for event in events), "nothing odd about a simulated event"


@given(seed=seeds, outages=st.lists(st.floats(0.1, 600), min_size=1, max_size=5))
def test_a_reconnect_makes_what_is_owed_due_at_once(seed: int, outages: list[float]) -> None:
    clock, device = ManualClock(), make(seed)
    event_id = press(device, clock)
    for outage in outages:
        device.presses.due(clock.monotonic())
        clock.turn(timedelta(seconds=outage))
        device.presses.reconnected(clock.monotonic())
        assert [attempt.event_id for attempt in device.presses.due(clock.monotonic())] == [event_id]
