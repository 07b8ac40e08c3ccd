"""Uplink: which answer of a real HTTP server is which `Answer`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contract.ingest import CommandOutcome, HealthReport
from gateway.adapters.uplink import HttpUplink
from gateway.core.ports import Answer, Item, Kind
from tests.fakes.gateway_backend import TOKEN, FakeBackend
from tests.harness.ports import free_port

EVENT = Item(Kind.EVENT, "T1", "2026-11-24T03:12:45.120Z", True, b'{"id": "e-1",  "odd": [1.50]}')


@pytest.fixture
def backend() -> Iterator[FakeBackend]:
    with FakeBackend() as running:
        yield running


@pytest.fixture
def uplink(backend: FakeBackend) -> Iterator[HttpUplink]:
    made = HttpUplink(backend.url, "gw1", lambda: TOKEN, 0.5)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (400, Answer.REFUSED),
        (413, Answer.REFUSED),
        (422, Answer.REFUSED),
        (401, Answer.AWAY),
        (404, Answer.AWAY),
        (408, Answer.SILENT),
        (429, Answer.AWAY),
        (500, Answer.FAILED),
        (502, Answer.AWAY),
        (503, Answer.AWAY),
    ],
)
def test_status_codes(backend: FakeBackend, uplink: HttpUplink, status: int, answer: Answer) -> None:
    backend.judge = lambda _path, _items: status
    assert uplink.post(Kind.EVENT, [EVENT]).answer is answer


def test_event_arrives_as_it_was_sent(backend: FakeBackend, uplink: HttpUplink) -> None:
    reply = uplink.post(Kind.EVENT, [EVENT, EVENT])
    assert reply.answer is Answer.STORED
    assert [one.outcome for one in reply.outcomes] == ["accepted", "accepted"]
    assert len(reply.commands) == 2
    stored = backend.stored.events[0]
    assert (stored.device_id, stored.received_at, stored.retained) == ("T1", "2026-11-24T03:12:45.120Z", True)
    assert bytes(stored.event) == EVENT.payload


@pytest.mark.parametrize(
    ("kind", "path", "field"),
    [
        (Kind.TELEMETRY, "telemetry", "pack"),
        (Kind.STATUS, "status", "status"),
        (Kind.RESULT, "results", "result"),
    ],
)
def test_each_kind_has_its_call(backend: FakeBackend, uplink: HttpUplink, kind: Kind, path: str, field: str) -> None:
    item = Item(kind, "T1", "2026-11-24T03:12:45.120Z", False, b'{"x":1}')
    assert uplink.post(kind, [item]).answer is Answer.STORED
    assert bytes(getattr(backend.items(path)[0], field)) == b'{"x":1}'


def test_nobody_there_is_away() -> None:
    uplink = HttpUplink(f"http://127.0.0.1:{free_port()}", "gw1", lambda: TOKEN, 0.5)
    assert uplink.post(Kind.EVENT, [EVENT]).answer is Answer.AWAY


def test_no_answer_in_time_is_silent(backend: FakeBackend, uplink: HttpUplink) -> None:
    backend.gate.clear()
    assert uplink.post(Kind.EVENT, [EVENT]).answer is Answer.SILENT
    backend.gate.set()


def test_restart_of_the_backend_costs_no_answer(backend: FakeBackend, uplink: HttpUplink) -> None:
    assert uplink.post(Kind.EVENT, [EVENT]).answer is Answer.STORED
    backend.stop()
    assert uplink.post(Kind.EVENT, [EVENT]).answer is Answer.AWAY
    backend.start()
    assert uplink.post(Kind.EVENT, [EVENT]).answer is Answer.STORED


def test_token_that_is_not_there_is_away(backend: FakeBackend) -> None:
    def missing() -> str:
        raise FileNotFoundError("token")

    uplink = HttpUplink(backend.url, "gw1", missing, 0.5)
    assert uplink.post(Kind.EVENT, [EVENT]).answer is Answer.AWAY


def test_commands_outcomes_and_health(backend: FakeBackend, uplink: HttpUplink) -> None:
    backend.offer(backend.reassure("T1", "e-1"))
    assert [one.lease for one in uplink.claim("emergency", 50, 0.2).commands] == ["lease-e-1"]
    assert uplink.claim("emergency", 50, 0.0).commands == []
    outcome = CommandOutcome(id="c", lease="l", outcome="failed", reason="not_connected")
    assert uplink.report([outcome]).answer is Answer.STORED
    assert backend.stored.outcomes == [outcome]
    report = HealthReport(component="gateway-emergency", state="up", figures={"spool_rows": 0.0})
    assert uplink.health(report).answer is Answer.STORED
    assert backend.stored.health == [report]
