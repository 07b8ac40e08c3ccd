"""A provider that sends a byte now and then holds nobody for longer than the call's deadline."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from backend.adapters.channels.http import AwayError, Http
from backend.adapters.heartbeat import UrlHeartbeat
from backend.domain.delivery.model import Cause
from tests.harness.clock import stopwatch

EVERY_SECONDS = 0.2
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"


@contextmanager
def trickling(at_once: bytes) -> Iterator[str]:
    """The address of a server that sends `at_once`, then one byte each 0.2 s."""
    stopped = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(at_once)
            while not stopped.wait(EVERY_SECONDS):
                try:
                    connection.sendall(b"H")
                except OSError:
                    return

    thread = threading.Thread(target=serve, name="trickling")
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
    finally:
        stopped.set()
        thread.join(10)
        listener.close()


@pytest.mark.parametrize("at_once", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", HEAD])
def test_a_call_ends_at_its_deadline_wherever_the_other_side_trickles(at_once: bytes) -> None:
    http = Http(answer_seconds=5, in_all_seconds=0.7)
    with trickling(at_once) as url:
        began = stopwatch()
        with pytest.raises(AwayError) as away:
            http.post(url, {}, b"{}")
        took = stopwatch() - began
    http.close()
    assert away.value.cause is Cause.TIMEOUT
    assert 0.6 < took < 3


def test_the_auditors_heartbeat_ends_at_its_deadline_too() -> None:
    with trickling(HEAD) as url:
        began = stopwatch()
        assert not UrlHeartbeat(url, Http(in_all_seconds=0.5)).beat(1)
        assert stopwatch() - began < 3
