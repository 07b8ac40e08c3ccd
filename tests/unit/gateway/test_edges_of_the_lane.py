"""Inbox, loops, inspection, and the hooks of paho that we rely on."""

from __future__ import annotations

import base64
import inspect
import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt

from gateway.adapters.clock import SystemClock
from gateway.adapters.desks import IntakeDesk
from gateway.adapters.inbox import Inbox
from gateway.adapters.inspection import InspectionFile
from gateway.adapters.threads import Loop
from gateway.core.ports import Answer, Delivery, Refused
from tests.harness.clock import stopwatch, wait_until
from tests.unit.gateway.conftest import Bench


def _delivery(number: int, qos: int = 1) -> Delivery:
    return Delivery("care/v1/T1/event", b"{}", qos, False, number, 1, datetime(2026, 11, 24, tzinfo=UTC))


def test_inbox_gives_at_once_what_is_there_when_nothing_may_wait() -> None:
    inbox = Inbox(SystemClock(), 10, 1000, 5, 0.0)
    for number in range(7):
        assert inbox.put(_delivery(number))
    assert [one.mid for one in inbox.gather(1.0)] == [0, 1, 2, 3, 4]
    assert [one.mid for one in inbox.gather(1.0)] == [5, 6]
    assert inbox.gather(0.0) == []


def test_inbox_gathers_until_there_are_enough_or_the_oldest_is_old() -> None:
    inbox = Inbox(SystemClock(), 10, 1000, 3, 0.2)
    inbox.put(_delivery(1))
    began = stopwatch()
    assert len(inbox.gather(1.0)) == 1
    assert stopwatch() - began >= 0.19
    patient = Inbox(SystemClock(), 10, 1000, 3, 30.0)
    for number in range(3):
        patient.put(_delivery(number))
    began = stopwatch()
    assert len(patient.gather(1.0)) == 3
    assert stopwatch() - began < 29


def test_full_inbox_declines_what_is_unconfirmed_first() -> None:
    inbox = Inbox(SystemClock(), 5, 1000, 5, 0.0)
    assert [inbox.put(_delivery(number, qos=0)) for number in range(2)] == [True, False]
    assert [inbox.put(_delivery(number)) for number in range(5)] == [True, True, True, True, False]
    assert not inbox.roomy
    inbox.gather(0.0)
    assert inbox.roomy


def test_inbox_is_bounded_by_bytes_too() -> None:
    inbox = Inbox(SystemClock(), 100, 4, 5, 0.0)
    assert [inbox.put(_delivery(number)) for number in range(3)] == [True, True, False]
    inbox.gather(0.0)
    assert inbox.put(_delivery(4))


def test_closed_inbox_lets_its_reader_go() -> None:
    inbox = Inbox(SystemClock(), 2, 1000, 5, 60.0)
    inbox.put(_delivery(1))
    gathered: list[list[Delivery]] = []
    reader = threading.Thread(target=lambda: gathered.append(inbox.gather(60.0)), name="reader")
    reader.start()
    inbox.close()
    reader.join(5)
    assert [len(batch) for batch in gathered] == [1]


def test_fresh_press_does_not_wait_for_one_that_is_safe_nowhere(bench: Bench) -> None:
    bench.spool.unavailable = True
    bench.uplink.judge = lambda items: Answer.FAILED if any(b"bad" in item.payload for item in items) else Answer.STORED
    inbox = Inbox(bench.clock, 10, 1000, 5, 0.0)
    said: list[str] = []
    desk = IntakeDesk(inbox, bench.intake, lambda: said.append("safe"), lambda: said.append("unsafe"))
    inbox.put(bench.press("bad"))
    desk.step()
    inbox.put(bench.press("good"))
    desk.step()
    assert [b'"good"' in payload for payload in bench.stored()] == [True]
    bench.uplink.judge = lambda _items: Answer.STORED
    desk.step()
    assert len(bench.stored()) == 2
    assert said == ["unsafe", "unsafe", "safe"]


def test_loop_survives_an_exception_and_can_be_woken() -> None:
    calls: list[int] = []

    def step() -> float:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("first")
        return 60.0

    loop = Loop("test", step, SystemClock())
    loop.start()
    wait_until(lambda: len(calls) == 2, "it goes on after the exception")
    wait_until(lambda: loop.failures == 0, "and that counts as mended")
    loop.wake()
    wait_until(lambda: len(calls) == 3, "it is woken")
    loop.stop()
    assert loop.join(5)


def test_inspection_is_bounded_and_private(tmp_path: Path) -> None:
    path = tmp_path / "refused.jsonl"
    inspection = InspectionFile(path, 10_000)
    for number in range(100):
        inspection.keep([Refused("care/v1/T1/telemetry", b"x" * 500, f"reason-{number}", "t")])
    files = [path, path.with_name("refused.jsonl.1")]
    assert sum(file.stat().st_size for file in files) <= 10_000
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    last = json.loads(path.read_text().splitlines()[-1])
    assert (last["reason"], base64.b64decode(last["payload_b64"])) == ("reason-99", b"x" * 500)


def test_inspection_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("a file")
    InspectionFile(tmp_path / "in-the-way" / "refused.jsonl", 10_000).keep([Refused("t", b"", "r", "t")])
    assert (tmp_path / "in-the-way").read_text() == "a file"


def test_paho_still_has_the_hooks_that_we_override() -> None:
    assert list(inspect.signature(mqtt.Client._sock_recv).parameters) == ["self", "bufsize"]
    assert list(inspect.signature(mqtt.Client._sock_send).parameters) == ["self", "buf"]
    assert list(inspect.signature(mqtt.Client._sock_close).parameters) == ["self"]
    reads, writes = inspect.getsource(mqtt.Client._packet_read), inspect.getsource(mqtt.Client._packet_write)
    assert "self._sock_recv(" in reads
    assert ".recv(" not in reads
    assert "self._sock_send(" in writes
    assert "_on_socket_register_write is None" in inspect.getsource(mqtt.Client._packet_queue)
    assert "self._inflight_messages < self._max_inflight_messages" in inspect.getsource(mqtt.Client.publish)
