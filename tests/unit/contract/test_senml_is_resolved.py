"""A SenML pack is resolved as RFC 8428 says; a bad record costs only itself, with a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract.codec import Refusal, RefusalReason
from contract.senml import Pack, decode_pack

R = RefusalReason
NOW = 1_764_000_000.0


def _pack(*records: Any) -> Pack:
    return decode_pack(json.dumps(records).encode(), "T7K2", NOW)


def _seen(pack: Pack) -> list[tuple[str, float, float | bool]]:
    return [(r.metric, r.at, r.value) for r in pack.readings]


def test_base_fields_hold_until_they_change() -> None:
    pack = _pack(
        {"bn": "T7K2/", "bt": 1.7e9, "bu": "Cel", "bv": 20, "bver": 5, "n": "temperature", "v": 1.5},
        {"n": "temperature", "v": 2, "t": 10},
        {"bt": 1.8e9, "bv": 0, "n": "temperature", "v": 3, "t": -1},
        {"bn": "", "n": "heart_rate", "u": "beat/min", "v": 71},
    )
    assert _seen(pack) == [
        ("temperature", 1.7e9, 21.5),
        ("temperature", 1.7e9 + 10, 22),
        ("temperature", 1.8e9 - 1, 3),
        ("heart_rate", 1.8e9, 71),
    ]
    assert pack.refused == ()


def test_times_below_two_to_28_are_relative_to_the_receipt() -> None:
    pack = _pack({"n": "steps", "v": 1}, {"n": "steps", "v": 2, "t": -30}, {"n": "steps", "v": 3, "t": 2**28})
    assert [r.at for r in pack.readings] == [NOW, NOW - 30, 2**28]


def test_a_name_may_be_written_whole() -> None:
    assert _seen(_pack({"n": "T7K2/steps", "v": 7})) == [("steps", NOW, 7)]


def test_booleans_are_booleans_and_take_no_base_value() -> None:
    pack = _pack({"bv": 5, "n": "contact", "vb": False}, {"n": "motion", "vb": True})
    assert _seen(pack) == [("contact", NOW, False), ("motion", NOW, True)]


def test_a_record_of_base_fields_alone_carries_no_reading() -> None:
    assert _pack({"bn": "T7K2/", "bt": 1.7e9}) == Pack((), ())


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (7, R.NOT_AN_OBJECT),
        ({"v": 7}, R.BAD_NAME),
        ({"n": ["steps"], "v": 7}, R.BAD_NAME),
        ({"bn": "OTHER/", "n": "steps", "v": 7}, R.BAD_NAME),
        ({"bn": {}, "n": "steps", "v": 7}, R.BAD_NAME),
        ({"n": "mood", "v": 7}, R.UNKNOWN_METRIC),
        ({"n": "\x00", "v": 7}, R.UNKNOWN_METRIC),
        ({"n": "OTHER/steps", "v": 7}, R.UNKNOWN_METRIC),
        ({"bn": "T7K2/", "n": "T7K2/steps", "v": 7}, R.UNKNOWN_METRIC),
        ({"n": "temperature", "u": "K", "v": 290}, R.UNKNOWN_UNIT),
        ({"n": "temperature", "u": [], "v": 20}, R.UNKNOWN_UNIT),
        ({"n": "steps"}, R.BAD_VALUE),
        ({"n": "steps", "s": 7}, R.BAD_VALUE),
        ({"n": "steps", "vs": "many"}, R.BAD_VALUE),
        ({"n": "steps", "v": True}, R.BAD_VALUE),
        ({"n": "steps", "v": -1}, R.BAD_VALUE),
        ({"n": "steps", "v": 10**330}, R.BAD_VALUE),
        ({"n": "steps", "v": 1, "vs": "1"}, R.BAD_VALUE),
        ({"n": "steps", "v": 1, "bv": "1"}, R.BAD_VALUE),
        ({"n": "spo2", "v": 101}, R.BAD_VALUE),
        ({"n": "contact", "v": 1}, R.BAD_VALUE),
        ({"n": "contact", "vb": 1}, R.BAD_VALUE),
        ({"n": "steps", "v": 1, "t": "now"}, R.BAD_TIME),
        ({"n": "steps", "v": 1, "t": 1e12}, R.BAD_TIME),
        ({"n": "steps", "v": 1, "t": -1e12}, R.BAD_TIME),
        ({"n": "steps", "v": 1, "bt": True}, R.BAD_TIME),
        ({"n": "steps", "v": 1, "bver": 11}, R.BAD_VERSION),
        ({"n": "steps", "v": 1, "must_": 1}, R.BAD_ATTRIBUTE),
    ],
)
def test_a_bad_record_costs_only_itself(record: Any, reason: RefusalReason) -> None:
    pack = _pack({"n": "rssi", "v": -70}, record)
    assert [r.metric for r in pack.readings] == ["rssi"]
    assert [(r.index, r.reason) for r in pack.refused] == [(1, reason)]
    assert "\x00" not in pack.refused[0].detail


@pytest.mark.parametrize(
    ("payload", "reason"),
    [(b"{}", R.NOT_A_PACK), (b"[]", R.NOT_A_PACK), (b"[" + b"{}," * 1000 + b"{}]", R.TOO_MANY_RECORDS)],
)
def test_what_is_no_pack_is_refused(payload: bytes, reason: RefusalReason) -> None:
    with pytest.raises(Refusal) as refused:
        decode_pack(payload, "T7K2", NOW)
    assert refused.value.reason is reason
