"""Which commands go out to a device, for how long the broker keeps them, and what is said of them afterwards."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import StrEnum

from contract.codec import encode
from contract.ingest import CommandOutcome, OutboundCommand
from contract.messages import Command
from contract.times import parse_time
from contract.topics import Channel, is_device_id, topic
from gateway.core.ports import Broker, Clock, Counters


class Unsent(StrEnum):
    """Why a command is reported `failed`; the broker may say other words of its own."""

    EXPIRED = "expired"
    BAD_EXPIRY = "bad_expiry"
    BAD_DEVICE_ID = "bad_device_id"
    NOT_CONNECTED = "not_connected"
    CONNECTION_LOST = "connection_lost"  # published, but not acknowledged: it may have left
    NO_SUBSCRIBER = "no_subscriber"  # the device is away and has no session: the broker threw it away
    STOPPING = "stopping"


class CommandDesk:
    """Publishes leased commands; `say` hears of each what became of it."""

    def __init__(self, broker: Broker, clock: Clock, counters: Counters, say: Callable[[CommandOutcome], None]) -> None:
        self._broker = broker
        self._clock = clock
        self._counters = counters
        self._say = say

    def hand_out(self, commands: Sequence[OutboundCommand]) -> None:
        """Returns at once; `sent` is said when the broker has acknowledged."""
        for command in commands:
            seconds = self._lifetime(command)
            if isinstance(seconds, Unsent):
                self._end(command, seconds)
                continue
            message = Command(id=command.id, command=command.command, args=command.args, expires=command.expires)
            self._broker.publish(
                topic(command.device_id, Channel.COMMAND),
                encode(message),
                seconds,
                lambda why, command=command: self._end(command, why),  # type: ignore[misc]
            )

    def _lifetime(self, command: OutboundCommand) -> int | Unsent:
        """Whole seconds until `expires`, rounded up: MQTT counts no less, and the device checks the moment itself."""
        if not is_device_id(command.device_id):
            return Unsent.BAD_DEVICE_ID
        expires = parse_time(command.expires)
        if expires is None:
            return Unsent.BAD_EXPIRY
        seconds = math.ceil((expires - self._clock.now()).total_seconds())
        return min(seconds, 2**32 - 1) if seconds > 0 else Unsent.EXPIRED

    def _end(self, command: OutboundCommand, why: str | None) -> None:
        outcome = "sent" if why is None else "failed"
        self._counters.count("commands", why or outcome)
        self._say(CommandOutcome(id=command.id, lease=command.lease, outcome=outcome, reason=why))
