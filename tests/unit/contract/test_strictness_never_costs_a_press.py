"""An event with its four required attributes is a press, whatever else is odd about it; what is odd is flagged."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from contract.codec import decode_event
from contract.messages import Event
from contract.vocabulary import Flag, Severity, event_type

WHOLE: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "care/v1/T7K2",
    "type": "care.sos.pressed",
    "time": "2026-11-24T03:12:45.120Z",
    "data": {"seq": 1042, "boot": 7, "sos_seq": 12},
}


def _read(**changes: Any) -> Event:
    event = {**WHOLE, **changes}
    return decode_event(json.dumps({k: v for k, v in event.items() if v is not ...}).encode(), "T7K2")


def test_a_whole_event_is_read_without_a_flag() -> None:
    event = _read()
    assert (event.id, event.type, event.time) == ("e-1", "care.sos.pressed", "2026-11-24T03:12:45.120Z")
    assert (event.seq, event.boot, event.sos_seq, event.flags) == (1042, 7, 12, ())


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({"time": ...}, {Flag.NO_TIME}),
        ({"time": None}, {Flag.NO_TIME}),
        ({"data": ...}, {Flag.NO_SEQ, Flag.NO_BOOT, Flag.NO_SOS_SEQ}),
        ({"data": None}, {Flag.NO_SEQ, Flag.NO_BOOT, Flag.NO_SOS_SEQ}),
        ({"data": {"boot": 7, "sos_seq": 1}}, {Flag.NO_SEQ}),
        ({"data": {"seq": 7, "sos_seq": 1}}, {Flag.NO_BOOT}),
        ({"data": {"seq": 7, "boot": 1}}, {Flag.NO_SOS_SEQ}),
        ({"data": "help"}, {Flag.BAD_DATA, Flag.NO_SEQ, Flag.NO_BOOT, Flag.NO_SOS_SEQ}),
        ({"data": {**WHOLE["data"], "room": "bath"}}, {Flag.EXTRA_DATA}),
        ({"traceparent": "00-1"}, {Flag.EXTRA_ATTRIBUTES}),
        ({"type": "care.sos.swallowed"}, {Flag.UNKNOWN_TYPE}),
        ({"type": "Care.SOS.Pressed"}, {Flag.UNKNOWN_TYPE}),
        ({"source": "care/v1/OTHER"}, {Flag.IDENTITY_CONFLICT}),
        ({"source": "care/v1/t7k2"}, {Flag.IDENTITY_CONFLICT}),
    ],
)
def test_an_odd_event_is_accepted_and_flagged(changes: dict[str, Any], flags: set[Flag]) -> None:
    assert set(_read(**changes).flags) == flags


@pytest.mark.parametrize("seq", [-1, 2**63, 10**300, 1.5, "7", True, [7]])
def test_a_count_that_is_none_is_left_out_and_flagged(seq: Any) -> None:
    event = _read(data={"seq": seq, "boot": 7, "sos_seq": 1})
    assert event.seq is None
    assert event.flags == (Flag.BAD_DATA,)


@pytest.mark.parametrize(
    "time",
    [
        "yesterday",
        "",
        1732417965,
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.999-12:00",
        "2026-02-30T00:00:00Z",
        "2026-11-24T03:12:45",
        "1969-12-31T23:59:59Z",
        "2026-11-24T03:12:45Z\x00",
        "２０２６-11-24T03:12:45Z",
    ],
)
def test_a_time_that_is_none_is_left_out_and_flagged(time: Any) -> None:
    event = _read(time=time)
    assert (event.time, event.flags) == (None, (Flag.BAD_TIME,))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-11-24T11:12:45.1209999+08:00", "2026-11-24T03:12:45.120Z"),
        ("2026-11-24t03:12:45z", "2026-11-24T03:12:45.000Z"),
        ("2026-11-24 03:12:45.1Z", "2026-11-24T03:12:45.100Z"),
        ("1970-01-01T00:00:09Z", "1970-01-01T00:00:09.000Z"),
        ("2026-11-24T03:12:45.123456789123Z", "2026-11-24T03:12:45.123Z"),
    ],
)
def test_every_way_to_write_a_time_is_kept_as_utc_milliseconds(sent: str, kept: str) -> None:
    assert _read(time=sent).time == kept


def test_an_unknown_type_is_urgent_and_answered() -> None:
    kind = event_type("Care.SOS.Pressed")
    assert (kind.severity, kind.answered) == (Severity.URGENT, True)


def test_of_a_key_that_stands_twice_the_last_counts() -> None:
    payload = json.dumps(WHOLE).encode()[:-1] + b',"id":"e-2"}'
    assert decode_event(payload, "T7K2").id == "e-2"


def test_what_no_database_takes_is_replaced_and_the_press_stays() -> None:
    event = _read(source="care/v1/T7K2\x00", data={**WHOLE["data"], "transmitter": "a\x00b", "k\x00": ["\x00"]})
    assert event.source == "care/v1/T7K2\ufffd"
    assert event.transmitter == "a\ufffdb"
    assert event.data["k\ufffd"] == ["\ufffd"]
    assert b"\\u0000" not in msgspec.json.encode(event)


def test_data_nested_too_deep_is_left_out_and_the_press_stays() -> None:
    deep: Any = "x"
    for _ in range(40):
        deep = [deep]
    event = _read(data={**WHOLE["data"], "deep": deep})
    assert event.data == {}
    assert Flag.BAD_DATA in event.flags


def test_an_id_may_be_chinese_and_128_long() -> None:
    assert _read(id="按" * 128).id == "按" * 128
