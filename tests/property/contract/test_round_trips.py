"""What is encoded is decoded to the same; topics and times are parsed to what they were made of."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contract.codec import decode_command, decode_event, decode_result, decode_status, encode
from contract.messages import Command, Result, Status
from contract.strict_json import MAX_DATA_DEPTH, is_deeper, storable
from contract.times import format_time, from_epoch, parse_time
from contract.topics import Channel, is_device_id, parse_topic, topic
from contract.vocabulary import EVENT_TYPES, CommandName, ResultStatus

DEVICE_IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", fullmatch=True).filter(str.isascii)
IDS = st.text(st.characters(categories=("L", "N", "P", "S"), include_characters=" "), min_size=1, max_size=128)
MILLIS = st.integers(0, 7_258_118_399_999).map(lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms))
PLAIN = st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), st.integers() | st.booleans() | IDS)


@given(DEVICE_IDS, st.sampled_from(Channel))
def test_a_topic_names_its_device_and_channel(device_id: str, channel: Channel) -> None:
    assert parse_topic(topic(device_id, channel)) == (device_id, channel)


@settings(max_examples=500)
@given(st.text(max_size=80) | st.from_regex(r"care/v1/[^/]{0,70}/(event|status)s?", fullmatch=True))
def test_a_topic_that_parses_is_written_the_same(text: str) -> None:
    named = parse_topic(text)
    if named is not None:
        assert topic(*named) == text
        assert is_device_id(named[0])


@given(MILLIS, st.integers(-14 * 60, 14 * 60))
def test_a_time_comes_back_from_any_zone(moment: datetime, minutes: int) -> None:
    abroad = moment.astimezone(timezone(timedelta(minutes=minutes)))
    assert format_time(abroad) == format_time(moment)
    assert parse_time(format_time(moment)) == moment
    assert parse_time(abroad.isoformat()) == moment


@given(st.floats())
def test_every_number_of_seconds_is_a_moment_or_none(seconds: float) -> None:
    moment = from_epoch(seconds)
    assert moment is None or moment.tzinfo is UTC


@given(IDS, st.sampled_from(sorted(EVENT_TYPES)), MILLIS, st.integers(0, 2**63 - 1), DEVICE_IDS)
def test_an_event(event_id: str, kind: str, moment: datetime, seq: int, device_id: str) -> None:
    sent: dict[str, Any] = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"care/v1/{device_id}",
        "type": kind,
        "time": format_time(moment),
        "data": {"seq": seq, "boot": seq, "sos_seq": seq},
    }
    event = decode_event(encode(sent), device_id)
    assert (event.id, event.type, event.time, event.data) == (event_id, kind, sent["time"], sent["data"])
    assert event.flags == ()


@given(st.sampled_from(CommandName), IDS, PLAIN, MILLIS)
def test_a_command(name: CommandName, command_id: str, args: dict[str, Any], expires: datetime) -> None:
    command = Command(id=command_id, command=name, args=storable(args), expires=format_time(expires))
    assert decode_command(encode(command)) == command


@given(IDS, st.sampled_from(ResultStatus), PLAIN)
def test_a_result(command_id: str, status: ResultStatus, detail: dict[str, Any]) -> None:
    result = Result(id=command_id, status=status, detail=storable(detail))
    assert decode_result(encode(result)) == result


@given(st.sampled_from(["online", "offline"]), st.integers(0, 2**31), MILLIS, st.integers(0, 100))
def test_a_status(state: str, boot: int, at: datetime, battery: int) -> None:
    status = Status(state=state, boot=boot, at=format_time(at), firmware="2.1", battery=battery, rssi=-71)
    assert decode_status(encode(status)) == status


@given(st.integers(0, 60))
def test_depth_is_counted_in_containers(levels: int) -> None:
    value: Any = 1
    for _ in range(levels):
        value = {"x": value}
    assert is_deeper(value, MAX_DATA_DEPTH) is (levels > MAX_DATA_DEPTH)
    assert json.dumps(storable(value)) == json.dumps(value)
