"""How a lane stays connected: its own loop in its own thread, a new client per connection, full jitter in between.

An own loop, because paho's calls `select()` and fails above descriptor 1023. A new client, because then nothing of an
old connection can be acknowledged or sent again on a new one.
"""

from __future__ import annotations

import random
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import structlog

from gateway.adapters.mqtt.connection import Connection, Done, Surroundings
from gateway.core.commands import Unsent
from gateway.core.ports import Delivery

FIRST_PAUSE_SECONDS: Final = 0.25
LONGEST_PAUSE_SECONDS: Final = 5.0
"""Rule 25's jitter, but seconds and not a minute: everybody waits for this client."""
LOOK_SECONDS: Final = 0.5
LAST_SECONDS: Final = 0.5
"""For the PUBACKs of what was published just before the end."""
log = structlog.get_logger()


class MqttLink:
    """The `Broker` port. Any thread may call `acknowledge`, `publish` and `send_canary`; they return at once."""

    def __init__(self, around: Surroundings) -> None:
        self.state = around.state
        self._around = around
        self._clock = around.clock
        self._dice = random.Random()
        self._tasks: deque[Callable[[Connection | None], None]] = deque()
        self._bell_in, self._bell_out = socket.socketpair()
        self._bell_in.setblocking(False)
        self._bell_out.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._bell_out, selectors.EVENT_READ)
        self._generation = 0
        self._stop = threading.Event()
        self._ends_at = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def start(self) -> None:
        self.state.beat_at = self._clock.monotonic()
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Sends what is queued, hears the last PUBACKs, disconnects, and leaves the session at the broker."""
        self._ends_at = self._clock.monotonic() + LAST_SECONDS
        self._stop.set()
        self._ring()
        self._thread.join(seconds)

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """PUBACK, for deliveries of the present connection; the others come again by themselves."""
        self._post(lambda connection: connection.acknowledge(deliveries) if connection else None)

    def publish(self, topic: str, payload: bytes, expiry_seconds: int, done: Done) -> None:
        """QoS 1 with message expiry; `done` is called in the link's thread."""

        def task(connection: Connection | None) -> None:
            if connection is None:
                done(Unsent.STOPPING if self._stop.is_set() else Unsent.NOT_CONNECTED)
            else:
                connection.publish(topic, payload, expiry_seconds, done)

        self._post(task)

    def send_canary(self, text: str) -> None:
        """An echo that proves the way through the broker; see `state.echo_at`."""
        self._post(lambda connection: connection.send_canary(text) if connection else None)

    def _post(self, task: Callable[[Connection | None], None]) -> None:
        self._tasks.append(task)
        self._ring()
        if self._over.is_set():  # nobody else runs it any more
            self._run_tasks(None)

    def _ring(self) -> None:
        with suppress(OSError):  # full: it rings already
            self._bell_in.send(b"!")

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            failures = 0 if self._one_connection() else failures + 1
            most = min(FIRST_PAUSE_SECONDS * 2 ** min(failures, 8), LONGEST_PAUSE_SECONDS)
            self._pause(self._dice.uniform(0.0, most))
        self._over.set()
        self._run_tasks(None)

    def _one_connection(self) -> bool:
        """Connect and serve until it ends. Whether it ever was ready."""
        self._generation += 1
        self.state.beat_at = self._clock.monotonic()
        before = self.state.connects
        connection = Connection(self._around, self._generation)
        try:
            connection.client.open()
            while self._wanted(connection) and connection.client.socket() is not None:
                self._serve(connection)
            self._run_tasks(connection)
        except (OSError, ValueError) as error:
            self.state.note_refusal(type(error).__name__)
        except Exception:  # this thread is the lane's only ear
            log.exception("connection_failed")
        if self.state.ready:
            log.warning("broker_connection_over", generation=self._generation)
        connection.lose()
        return self.state.connects > before

    def _wanted(self, connection: Connection) -> bool:
        if not self._stop.is_set():
            return True
        return bool(self._tasks or connection.unanswered) and self._clock.monotonic() < self._ends_at

    def _serve(self, connection: Connection) -> None:
        """One round: hear, do what other threads asked for, write everything at once."""
        client, line = connection.client, connection.client.socket()
        self.state.beat_at = self._clock.monotonic()
        reads = not connection.holds_back
        wanted = (selectors.EVENT_READ if reads else 0) | (selectors.EVENT_WRITE if client.unwritten else 0)
        if wanted:
            self._selector.register(line, wanted)  # type: ignore[arg-type]
        try:
            ready = self._selector.select(0 if reads and client.unread else LOOK_SECONDS)
        finally:
            if wanted:
                self._selector.unregister(line)  # type: ignore[arg-type]
        if any(key.fileobj is self._bell_out for key, _ in ready):
            self._hear_bell()
        heard = any(key.fileobj is line and mask & selectors.EVENT_READ for key, mask in ready)
        if reads and (heard or client.unread):
            connection.read()
        self._run_tasks(connection)
        client.flush()
        connection.keep()

    def _pause(self, seconds: float) -> None:
        until = self._clock.monotonic() + seconds
        while not self._stop.is_set() and (left := until - self._clock.monotonic()) > 0:
            self.state.beat_at = self._clock.monotonic()
            if self._selector.select(left):
                self._hear_bell()
            self._run_tasks(None)  # who wants to publish is told at once that there is no connection

    def _run_tasks(self, connection: Connection | None) -> None:
        while self._tasks:
            try:
                task = self._tasks.popleft()
            except IndexError:  # after the end several threads may be here
                return
            try:
                task(connection)
            except Exception:  # one bad task must not end the connection
                log.exception("task_failed")

    def _hear_bell(self) -> None:
        with suppress(BlockingIOError):
            while self._bell_out.recv(4096):
                pass
