"""A codec that raises: an event goes on as bytes, anything else is kept, and the next message is read."""

from __future__ import annotations

import pytest

from gateway.codecs.guarded import Guarded
from gateway.codecs.native import NativeCodec
from gateway.core.intake import Intake
from gateway.core.ports import Delivery, Item, Kind, Refused
from tests.unit.gateway.conftest import Bench


class Stumbling:
    """Raises at what contains `odd`."""

    def read(self, delivery: Delivery) -> Item | Refused:
        if b"odd" in delivery.payload:
            raise KeyError("odd")
        return NativeCodec().read(delivery)


def _intake(bench: Bench) -> Intake:
    return Intake(
        bench.kind, Guarded(Stumbling()), bench.uplink, bench.spool, bench.inspection, bench.broker, bench.line,
        bench.counters, bench.commands.hand_out, lambda: None, bench.most,
    )  # fmt: skip


def test_event_goes_on_as_bytes_and_is_counted(bench: Bench) -> None:
    odd, good = bench.press("odd"), bench.press("good")
    assert _intake(bench).take([odd, good]) == []
    assert bench.broker.acknowledged == [odd, good]
    assert [(item.reason, item.rank) for item in bench.uplink.stored] == [("not_processable", 0), (None, 0)]
    assert bench.stored()[0] == odd.payload
    assert bench.counters.counted["received", "event:not_processable"] == 1


@pytest.mark.parametrize("kind", [Kind.TELEMETRY, Kind.STATUS, Kind.RESULT])
def test_anything_else_is_kept_and_acknowledged(kind: Kind) -> None:
    bench = Bench(kind=kind)
    odd = bench.deliver("T1", "odd")
    assert _intake(bench).take([odd]) == []
    assert bench.broker.acknowledged == [odd]
    assert [(kept.reason, kept.payload) for kept in bench.inspection.kept] == [("not_processable", b"odd")]


def test_topic_that_is_not_ours_is_kept(bench: Bench) -> None:
    odd = bench.broker.deliver("not/utf-8", b"odd", bench.clock.now())
    assert _intake(bench).take([odd]) == []
    assert bench.inspection.kept[0].reason == "not_processable"
