"""How bytes leave and reach paho: read in large pieces, written once per round; messages and their PUBACKs go past it.

paho reads a packet by three calls to the system and writes each PUBACK by one; a message costs it some 40 µs. The hooks
overridden here are private to paho 2.2, which is pinned; a test holds them.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from gateway.adapters.mqtt.packets import Publish, packet_end, pubacks, take_publishes

READ_BYTES: Final = 131_072
SESSION_EXPIRY_SECONDS: Final = 7 * 24 * 3600
"""Rule 6: at least 7 days."""
CONNECT_SECONDS: Final = 5.0
PUBLISHES_IN_FLIGHT: Final = 100
"""The `max_inflight_messages` of our own broker; another one may ask for less."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the broker is and how to log in. `ca_file` None: the system's authorities."""

    host: str
    port: int
    tls: bool
    ca_file: str | None
    username: str
    password: Callable[[], str]
    keepalive_seconds: int
    receive_maximum: int


class BufferedClient(mqtt.Client):
    """A client for one connection, driven in one thread by its owner."""

    def __init__(self, address: Address) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=address.username,
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        self._address = address
        self._inbound = b""
        self._position = 0
        self._fed_to = 0
        """paho may read from the position up to here: one whole packet, so that it never stands within one."""
        self._heard_all = False
        self._outbound = bytearray()
        # With it set, paho only queues packets; `flush` writes them together.
        self.on_socket_register_write = lambda *_: None
        self.connect_timeout = CONNECT_SECONDS
        self.max_inflight_messages_set(PUBLISHES_IN_FLIGHT)

    def open(self) -> None:
        """Connect and send CONNECT. Raises OSError (also for a password file that is not there) or ValueError."""
        address = self._address
        session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        session.SessionExpiryInterval = SESSION_EXPIRY_SECONDS
        session.ReceiveMaximum = address.receive_maximum
        self.username_pw_set(address.username, address.password())
        if address.tls:
            self.tls_set(ca_certs=address.ca_file)
        # `clean_start=False` each time: paho's default wipes the session at the first connect (fact 5).
        self.connect(
            address.host, address.port, address.keepalive_seconds, clean_start=False, properties=session
        )  # fmt: skip
        line = self.socket()
        if isinstance(line, socket.socket):
            # An answer follows a PUBACK at once: Nagle would keep it back until the broker's delayed ACK, some 40 ms.
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def narrow(self, receive_maximum: int) -> None:
        """So many unacknowledged publishes the broker takes at most; one more would end the connection (MQTT 5, 3.3.4).

        paho knows the limit but not the broker's wish, and lets it be set before connecting only.
        """
        self._max_inflight_messages = min(PUBLISHES_IN_FLIGHT, receive_maximum)

    def publish_for(self, topic: str, payload: bytes, expiry_seconds: int) -> mqtt.MQTTMessageInfo:
        """QoS 1; the broker forgets it after `expiry_seconds`."""
        lifetime = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        lifetime.MessageExpiryInterval = expiry_seconds
        return self.publish(topic, payload, qos=1, properties=lifetime)

    def read(self, take: Callable[[list[Publish]], None]) -> None:
        """One piece from the socket: messages go to `take`, all else to paho, in the order in which they came."""
        self._receive()
        while self.socket() is not None:
            found, self._position = take_publishes(self._inbound, self._position)
            if found:
                self._last_bytes_received = mqtt.time_func()
                take(found)
            end = packet_end(self._inbound, self._position)
            if end is None:
                break
            self._fed_to = end
            self.loop_read()
            self._position = end
        if self._heard_all:
            self.loop_read()  # paho finds the end, and closes

    def _receive(self) -> None:
        try:
            piece = super()._sock_recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        self._heard_all = not piece
        self._inbound, self._position = self._inbound[self._position :] + piece, 0
        self._fed_to = 0

    def acknowledge(self, mids: Iterable[int]) -> None:
        """PUBACKs, written with the next `flush`."""
        self._outbound += pubacks(mids)

    @property
    def unread(self) -> bool:
        """Whether bytes are here already: the selector will not speak of them."""
        line = self.socket()
        return isinstance(line, ssl.SSLSocket) and line.pending() > 0

    @property
    def unwritten(self) -> bool:
        return bool(self._outbound) or self.want_write()

    def flush(self) -> None:
        """Write what is queued as far as the socket takes it."""
        if self.want_write():
            self.loop_write()
        self._send_outbound()

    def end(self) -> None:
        """DISCONNECT and close; the session stays at the broker."""
        if self.socket() is not None:
            self.disconnect()
            self.flush()
        self._sock_close()

    def _sock_recv(self, bufsize: int) -> bytes:
        if self._position >= self._fed_to:
            if self._heard_all:
                return b""
            raise BlockingIOError
        end = min(self._position + bufsize, self._fed_to)
        piece = self._inbound[self._position : end]
        self._position = end
        return piece

    def _sock_send(self, buf: bytes | bytearray) -> int:
        self._outbound += buf
        return len(buf)

    def _send_outbound(self) -> None:
        with suppress(BlockingIOError):
            while self._outbound and self.socket() is not None:
                del self._outbound[: super()._sock_send(self._outbound)]

    def _sock_close(self) -> None:
        # A last DISCONNECT and the PUBACKs before it are still here.
        with suppress(OSError):
            self._send_outbound()
        self._outbound.clear()
        super()._sock_close()
