"""The channel `voice`: a call that an operator makes, so it is on their list until they say what came of it."""

from __future__ import annotations

from backend.domain.delivery.model import Cause, Outcome, Result
from backend.services.notices.delivery_ports import Message


class DeskCalls:
    """`SendingChannel` that calls nobody: the attempt's row is the entry in the operators' list of calls to make."""

    def send(self, message: Message, address: str) -> Result:  # noqa: ARG002 - `SendingChannel`
        return Result(Outcome.ACCEPTED, Cause.CALL_TO_MAKE)
