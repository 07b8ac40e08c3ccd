"""What every spool promises: the same suite on the fake and on the real one."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.adapters.spool import SqliteSpool
from gateway.core.ports import Item, Kind, Spool, SpoolUnavailable
from tests.fakes.gateway_parts import FakeSpool

NOW = datetime(2026, 11, 24, 3, 12, 45, tzinfo=UTC)
MakeSpool = Callable[..., Spool]


@contextmanager
def cannot_be_written(spool: Spool) -> Iterator[None]:
    """As on a full disk: it can be read, but takes nothing."""
    if isinstance(spool, FakeSpool):
        spool.full = True
        yield
        spool.full = False
    else:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))  # no file of this process can be written beyond that
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(params=["fake", "sqlite"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> MakeSpool:
    def build(max_rows: int = 1000, max_bytes: int = 1_000_000) -> Spool:
        if request.param == "fake":
            return FakeSpool(max_rows, max_bytes)
        return SqliteSpool(tmp_path / "spool.sqlite", max_rows, max_bytes)

    return build


def item(text: str, rank: int = 0, kind: Kind = Kind.EVENT, device_id: str = "T1", reason: str | None = None) -> Item:
    return Item(kind, device_id, "2026-11-24T03:12:45.000Z", False, text.encode(), rank, reason, text == "clears")


def payloads(spool: Spool, kind: Kind = Kind.EVENT, now: datetime = NOW, limit: int = 100) -> list[str]:
    return [entry.item.payload.decode() for entry in spool.waiting(kind, now, limit)]


def test_items_come_back_as_they_were(make: MakeSpool) -> None:
    spool = make()
    items = [item("a", 2), item("clears", 2), item("c", 3, reason="not_json"), item("d", 4, device_id="T2")]
    spool.append(items)
    assert [entry.item for entry in spool.waiting(Kind.EVENT, NOW, 10)] == items
    assert [entry.attempts for entry in spool.waiting(Kind.EVENT, NOW, 10)] == [0, 0, 0, 0]


def test_emergencies_first_then_the_oldest(make: MakeSpool) -> None:
    spool = make()
    spool.append([item("late-advice", 2), item("sos-1", 0)])
    spool.append([item("sos-2", 0), item("urgent", 1)])
    assert payloads(spool) == ["sos-1", "sos-2", "urgent", "late-advice"]
    assert payloads(spool, limit=2) == ["sos-1", "sos-2"]


def test_kinds_are_apart(make: MakeSpool) -> None:
    spool = make()
    spool.append([item("s", kind=Kind.STATUS), item("t", kind=Kind.TELEMETRY)])
    assert payloads(spool, Kind.STATUS) == ["s"]
    assert spool.device_waits(Kind.STATUS, "T1")
    assert not spool.device_waits(Kind.STATUS, "T2")
    assert not spool.device_waits(Kind.EVENT, "T1")


def test_settled_items_are_gone(make: MakeSpool) -> None:
    spool = make()
    spool.append([item("a"), item("b")])
    spool.settle([spool.waiting(Kind.EVENT, NOW, 1)[0].id])
    assert payloads(spool) == ["b"]
    assert spool.figures().rows == 1


def test_what_was_settled_on_a_full_disk_is_not_given_again(make: MakeSpool) -> None:
    spool = make()
    spool.append([item("a"), item("b"), item("c")])
    with cannot_be_written(spool):
        with pytest.raises(SpoolUnavailable):
            spool.append([item("d")])
        spool.settle([spool.waiting(Kind.EVENT, NOW, 1)[0].id])
        assert payloads(spool) == ["b", "c"]
        spool.settle([spool.waiting(Kind.EVENT, NOW, 1)[0].id])
        assert payloads(spool) == ["c"]
    assert payloads(spool) == ["c"]
    assert spool.figures().rows == 3
    spool.settle([])
    assert spool.figures().rows == 1


def test_copy_of_one_that_a_full_disk_still_has_waits_again(make: MakeSpool) -> None:
    spool = make()
    spool.append([item("press")])
    with cannot_be_written(spool):
        spool.settle([spool.waiting(Kind.EVENT, NOW, 1)[0].id])
    assert not spool.device_waits(Kind.EVENT, "T1")
    spool.append([item("press")])
    assert payloads(spool) == ["press"]


def test_copies_of_a_waiting_event_wait_once(make: MakeSpool) -> None:
    spool = make()
    spool.append([item("press"), item("press")])
    spool.append([item("press"), item("press", device_id="T2")])
    assert payloads(spool) == ["press", "press"]
    spool.settle([entry.id for entry in spool.waiting(Kind.EVENT, NOW, 10)])
    spool.append([item("press")])
    assert payloads(spool) == ["press"]


def test_copies_of_anything_else_all_count(make: MakeSpool) -> None:
    spool = make()
    spool.append(
        [item("online", kind=Kind.STATUS), item("offline", kind=Kind.STATUS), item("online", kind=Kind.STATUS)]
    )
    assert payloads(spool, Kind.STATUS) == ["online", "offline", "online"]


def test_each_unreadable_event_counts(make: MakeSpool) -> None:
    spool = make()
    spool.append([item("?", reason="not_json"), item("?", reason="not_json")])
    assert payloads(spool) == ["?", "?"]


def test_deferred_item_is_out_of_the_way_until_its_time(make: MakeSpool) -> None:
    spool = make()
    spool.append([item("odd"), item("fine")])
    spool.defer(spool.waiting(Kind.EVENT, NOW, 1)[0], NOW + timedelta(seconds=5), "backend_refused")
    assert payloads(spool) == ["fine"]
    assert spool.figures().held == 1
    assert spool.device_waits(Kind.EVENT, "T1")
    again = spool.waiting(Kind.EVENT, NOW + timedelta(seconds=5), 10)[0]
    assert (again.item.reason, again.attempts) == ("backend_refused", 1)


def test_full_by_rows_takes_all_of_a_batch_or_none(make: MakeSpool) -> None:
    spool = make(max_rows=3)
    spool.append([item("a"), item("b")])
    with pytest.raises(SpoolUnavailable):
        spool.append([item("c"), item("d")])
    assert payloads(spool) == ["a", "b"]
    spool.append([item("a"), item("c")])
    assert payloads(spool) == ["a", "b", "c"]


def test_full_by_bytes(make: MakeSpool) -> None:
    spool = make(max_bytes=2000)
    with pytest.raises(SpoolUnavailable):
        spool.append([item("x" * 2001)])
    spool.append([item("x" * 1000)])
    assert spool.figures().rows == 1


def test_figures_tell_how_much_waits(make: MakeSpool) -> None:
    spool = make()
    assert spool.figures().oldest_at is None
    spool.append([item("a")])
    figures = spool.figures()
    assert (figures.rows, figures.held, figures.oldest_at) == (1, 0, "2026-11-24T03:12:45.000Z")
    assert figures.bytes > 0
