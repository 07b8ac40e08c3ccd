"""What a device's connection to the broker is, and in which ways it is not there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from contract.topics import Channel


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and how sessions are kept there. Spans in seconds."""

    host: str
    port: int
    tls: bool = False
    ca_file: str | None = None
    keepalive: int = 30
    session_expiry: int = 7 * 86400
    will_delay: int = 30


class Loss(StrEnum):
    """Why there is no connection."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    NOT_AUTHORIZED = "not_authorized"
    SILENT = "silent"
    DROPPED = "dropped"
    SUBSCRIBE_REFUSED = "subscribe_refused"


class ConnectionLost(Exception):  # noqa: N818 - a state, not a fault
    """The connection is not, or no longer, there."""

    def __init__(self, loss: Loss, detail: str = "") -> None:
        super().__init__(f"{loss}: {detail}" if detail else str(loss))
        self.loss = loss


class Listener(Protocol):
    """Who is told what comes in. Called in the loop's thread."""

    def on_command(self, payload: bytes) -> None:
        """A message on the device's command topic."""

    def on_puback(self, mid: int, reason: str, *, accepted: bool) -> None:
        """The broker acknowledged publish `mid`."""

    def on_lost(self) -> None:
        """The connection has gone; `check` says why."""


class Link(Protocol):
    """One connection: opened once, closed once."""

    async def open(self) -> None:
        """Connect and subscribe the command topic. Raises `ConnectionLost`."""

    def publish(self, channel: Channel, payload: bytes, *, qos: int = 1, retain: bool = False) -> int:
        """Hand a message over; its id for `on_puback`. Raises `ConnectionLost`: then it was not handed over."""

    def tend(self) -> None:
        """Keep alive; call every few seconds. Raises `ConnectionLost`."""

    def close(self) -> None:
        """Leave in order, so that the broker drops the will, where that is still possible."""
