"""Once per id, never after the expiry, always with a result."""

from __future__ import annotations

from datetime import timedelta

from contract.messages import Command
from contract.times import format_time
from device_sim.model.commands import REMEMBERED, Commands, Hearing
from tests.harness.clock import ManualClock


def command(clock: ManualClock, seconds: float, name: str = "reassure", command_id: str = "c1") -> Command:
    args = {"stage": "received", "event_id": "e1"} if name == "reassure" else {}
    return Command(
        id=command_id, command=name, args=args, expires=format_time(clock.now() + timedelta(seconds=seconds))
    )


def test_a_copy_is_not_executed_again_but_answers_again() -> None:
    clock, commands = ManualClock(), Commands()
    first = commands.hear(command(clock, 60), clock.now())
    second = commands.hear(command(clock, 60), clock.now())
    assert (first.hearing, second.hearing) == (Hearing.EXECUTED, Hearing.REPEATED)
    assert first.result == second.result
    assert second.answers == "e1"


def test_an_expired_answer_is_rejected_and_a_fresh_copy_is_executed() -> None:
    clock, commands = ManualClock(), Commands()
    late = commands.hear(command(clock, -1), clock.now())
    assert (late.hearing, late.result.status, late.answers) == (Hearing.EXPIRED, "rejected", None)
    fresh = commands.hear(command(clock, 60), clock.now())
    assert (fresh.hearing, fresh.answers) == (Hearing.EXECUTED, "e1")


def test_a_copy_of_an_executed_command_is_done_even_after_its_expiry() -> None:
    clock, commands = ManualClock(), Commands()
    commands.hear(command(clock, 60), clock.now())
    assert commands.hear(command(clock, -1), clock.now()).result.status == "done"


def test_other_commands_answer_no_press() -> None:
    clock, commands = ManualClock(), Commands()
    reply = commands.hear(command(clock, 60, "speak"), clock.now())
    assert (reply.answers, reply.result.status) == (None, "done")


def test_the_memory_of_commands_is_bounded() -> None:
    clock, commands = ManualClock(), Commands()
    for number in range(REMEMBERED + 1):
        commands.hear(command(clock, 60, command_id=f"c{number}"), clock.now())
    assert commands.hear(command(clock, 60, command_id="c1"), clock.now()).hearing is Hearing.REPEATED
    assert commands.hear(command(clock, 60, command_id="c0"), clock.now()).hearing is Hearing.EXECUTED
