"""Any number of terminals in one thread: who connects, reads, writes and repeats next."""

from __future__ import annotations

import selectors
import socket
import threading
from pathlib import Path
from typing import Any, Self

import paho.mqtt.client as mqtt

from tests.harness.clock import stopwatch, wait_until
from tests.harness.ledger import Ledger
from tests.harness.terminal import Terminal

LOOK_SECONDS = 0.01
"""How long a press of another thread may wait for the loop."""
KEEP_SECONDS = 0.1
"""How often the connections that are quiet are looked after."""
CONNECTS_A_ROUND = 20
"""Connecting blocks; the others must not wait long for it."""


class Fleet:
    """Terminals against one broker, with one ledger. Use as a context manager."""

    def __init__(self, port: int, ledger: Path, host: str = "127.0.0.1", seed: int = 0) -> None:
        self.ledger = Ledger(ledger)
        self.failures: list[str] = []
        """What went wrong in the loop itself: a test of the platform must not pass on a dead judge."""
        self._address = (host, port)
        self._seed = seed
        self._terminals: dict[str, Terminal] = {}
        self._selector = selectors.DefaultSelector()
        self._keep_at = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fleet", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)
        self.ledger.close()
        self._selector.close()
        assert not self.failures, self.failures

    def add(self, device_id: str, secret: str, confirms: bool = True, wait: bool = True) -> Terminal:
        """One more terminal; connected when this returns, unless `wait` is False."""
        terminal = Terminal(device_id, secret, self.ledger, self._seed, confirms)
        self._terminals[device_id] = terminal
        if wait:
            wait_until(lambda: terminal.connected, f"{device_id} connects")
        return terminal

    def drop(self, terminal: Terminal) -> None:
        """Its power is gone: it neither connects nor sends any more."""
        self._terminals.pop(terminal.device_id)
        wait_until(lambda: not terminal.connected, f"{terminal.device_id} is off")

    def unanswered(self) -> list[str]:
        """Device ids with a press that nothing has named yet."""
        return [t.device_id for t in list(self._terminals.values()) if t.pending]

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._round()
            for key in list(self._selector.get_map().values()):
                key.data.client.disconnect()
        except Exception as error:
            self.failures.append(f"{type(error).__name__}: {error}")
            raise

    def _round(self) -> None:
        ready = self._selector.select(LOOK_SECONDS)
        for key, mask in ready:
            self._serve(key.data, mask)
        now = stopwatch()
        for key in list(self._selector.get_map().values()) if now >= self._keep_at else [key for key, _ in ready]:
            self._keep(key.data, key.fileobj)
        self._keep_at = now + KEEP_SECONDS if now >= self._keep_at else self._keep_at
        # Only after the lost sockets are unregistered: the system gives their numbers out again.
        connects = 0
        for terminal in list(self._terminals.values()):
            if terminal.client is None and terminal.reconnect_at <= now and connects < CONNECTS_A_ROUND:
                connects += 1
                self._connect(terminal, now)
            terminal.send_due(now)

    def _connect(self, terminal: Terminal, now: float) -> None:
        try:
            terminal.connect(*self._address)
        except OSError:
            terminal.lost(now)
            return
        assert terminal.client is not None
        sock = terminal.client.socket()
        assert sock is not None
        self._selector.register(sock, selectors.EVENT_READ | selectors.EVENT_WRITE, terminal)

    def _serve(self, terminal: Terminal, mask: int) -> None:
        client = terminal.client
        assert client is not None
        if mask & selectors.EVENT_READ and client.loop_read(100) != mqtt.MQTT_ERR_SUCCESS:
            return
        if mask & selectors.EVENT_WRITE:
            client.loop_write()

    def _keep(self, terminal: Terminal, sock: Any) -> None:
        """Keepalive; notice a lost connection; ask for writability only where something waits."""
        client = terminal.client
        gone = client is None or client.loop_misc() != mqtt.MQTT_ERR_SUCCESS or client.socket() is not sock
        if gone or terminal.device_id not in self._terminals:
            self._selector.unregister(sock)
            if isinstance(sock, socket.socket):
                sock.close()
            terminal.lost(stopwatch())
            return
        assert client is not None
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.want_write() else 0)
        if self._selector.get_key(sock).events != wanted:
            self._selector.modify(sock, wanted, terminal)
