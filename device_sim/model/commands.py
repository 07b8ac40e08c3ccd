"""What a device does with a command: once per command id, never after its expiry, and always with a result."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from contract.messages import Command, Result
from contract.times import parse_time
from contract.vocabulary import CommandName, ResultStatus

REMEMBERED: Final = 512
"""Command ids that a device remembers; a terminal gets a few a day, and a copy comes within its expiry."""


class Hearing(StrEnum):
    """What a command was to the device."""

    EXECUTED = "executed"
    REPEATED = "repeated"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Reply:
    """What to publish on the result topic, what the command was, and the event that it answers, if any."""

    hearing: Hearing
    result: Result
    answers: str | None = None
    stage: str | None = None


class Commands:
    """The commands that one device has executed."""

    def __init__(self) -> None:
        self._results: OrderedDict[str, Result] = OrderedDict()

    def hear(self, command: Command, wall: datetime) -> Reply:
        """Execute `command`, or repeat its result. An expired one is rejected and answers nothing:

        nobody has heard it, so the terminal goes on sending; a later copy with a new expiry is executed.
        """
        done = self._results.get(command.id)
        if done is not None:
            return self._reply(Hearing.REPEATED, done, command)
        expires = parse_time(command.expires)
        if expires is None or expires <= wall:
            result = Result(id=command.id, status=ResultStatus.REJECTED, detail="expired")
            return Reply(Hearing.EXPIRED, result)
        result = Result(id=command.id, status=ResultStatus.DONE)
        self._results[command.id] = result
        if len(self._results) > REMEMBERED:
            self._results.popitem(last=False)
        return self._reply(Hearing.EXECUTED, result, command)

    def _reply(self, hearing: Hearing, result: Result, command: Command) -> Reply:
        if command.command != CommandName.REASSURE:
            return Reply(hearing, result)
        event_id, stage = command.args.get("event_id"), command.args.get("stage")
        return Reply(
            hearing,
            result,
            answers=event_id if isinstance(event_id, str) else None,
            stage=stage if isinstance(stage, str) else None,
        )
