"""Bad input for the acceptance tests: seeded random and mutated MQTT payloads and topics of one device."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from contract.topics import MAX_PACKET_BYTES, Channel, topic


class Kind(StrEnum):
    """In which way a message is bad."""

    RANDOM = "random"
    TRUNCATED = "truncated"
    BIT_FLIPPED = "bit_flipped"
    WRONG_TYPE = "wrong_type"
    MISSING = "missing"
    HUGE = "huge"
    OVERSIZED = "oversized"
    EMPTY = "empty"
    DEEP = "deep"
    INVALID_UTF8 = "invalid_utf8"
    WRONG_TOPIC = "wrong_topic"
    WRONG_SOURCE = "wrong_source"


OFTEN: Final[Mapping[Kind, int]] = {kind: 1 if kind is Kind.OVERSIZED else 100 for kind in Kind}
"""How often each kind comes. `OVERSIZED` is rare: the broker cuts the connection for it."""
HEADROOM: Final = 256
"""Bytes left of the broker's packet limit for topic and properties."""


@dataclass(frozen=True, slots=True)
class BadMessage:
    """One publish: `kind`, the topic, the payload. Always a legal MQTT publish, but for `Kind.OVERSIZED`."""

    kind: Kind
    topic: str
    payload: bytes


def bad_messages(
    device_id: str, count: int, seed: int, kinds: frozenset[Kind] = frozenset(Kind)
) -> Iterator[BadMessage]:
    """`count` bad messages of `kinds` from `device_id`; the same seed gives the same messages.

    Some are bad enough to be refused, some only odd: an event with a wrong source or a replaced field still alarms.
    """
    dice = random.Random(seed)
    names = [kind for kind in Kind if kind in kinds]
    weights = [OFTEN[kind] for kind in names]
    for number in range(count):
        kind = dice.choices(names, weights)[0]
        channel = dice.choice([Channel.EVENT, Channel.EVENT, Channel.TELEMETRY, Channel.STATUS, Channel.RESULT])
        message = _valid(channel, device_id, f"bad-{seed}-{number}", dice)
        where = topic(device_id, channel)
        if kind is Kind.WRONG_TOPIC:
            where = _wrong_topic(device_id, dice)
        yield BadMessage(kind, where, _MUTATE[kind](message, dice))


def _valid(channel: Channel, device_id: str, name: str, dice: random.Random) -> Any:
    boot, at = dice.randrange(1000), "2026-11-24T03:12:45.120Z"
    if channel is Channel.TELEMETRY:
        return [
            {"bn": f"{device_id}/", "bt": 1.7e9, "n": "heart_rate", "u": "beat/min", "v": 71},
            {"n": "spo2", "v": 97},
        ]
    if channel is Channel.STATUS:
        return {"state": "online", "boot": boot, "at": at, "firmware": "2.1", "battery": 88, "rssi": -70}
    if channel is Channel.RESULT:
        return {"id": name, "status": "done", "detail": "ok"}
    return {
        "specversion": "1.0",
        "id": name,
        "source": f"care/v1/{device_id}",
        "type": dice.choice(["care.sos.pressed", "care.smoke.detected", "care.battery.low"]),
        "time": at,
        "data": {"seq": dice.randrange(10**6), "boot": boot, "sos_seq": dice.randrange(1000)},
    }


def _bytes(message: Any) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()


def _random(_message: Any, dice: random.Random) -> bytes:
    return dice.randbytes(dice.randrange(1, 400))


def _truncated(message: Any, dice: random.Random) -> bytes:
    whole = _bytes(message)
    return whole[: dice.randrange(1, len(whole))]


def _bit_flipped(message: Any, dice: random.Random) -> bytes:
    whole = bytearray(_bytes(message))
    for _ in range(dice.randint(1, 8)):
        whole[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
    return bytes(whole)


_ODD: Final[tuple[Any, ...]] = (
    None, True, 0, -1, 2**63, 10**400, 1.5, 1e300, "", " ", "\x00", "\u202e", "a" * 200, "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59Z", [], [None], {}, {"\x00": "\x00"}, {"seq": -1, "boot": "x"}, "care.sos.pressed ",
)  # fmt: skip


def _wrong_type(message: Any, dice: random.Random) -> bytes:
    if dice.random() < 0.1:
        return _bytes(dice.choice(_ODD))
    fields = message[0] if isinstance(message, list) else message
    for name in dice.sample(sorted(fields), dice.randint(1, 2)):
        fields[name] = dice.choice(_ODD)
    return _bytes(message)


def _missing(message: Any, dice: random.Random) -> bytes:
    fields = message[0] if isinstance(message, list) else message
    del fields[dice.choice(sorted(fields))]
    return _bytes(message)


def _padded(message: Any, size: int) -> bytes:
    whole = _bytes(message)
    return whole + b" " * (size - len(whole))


def _huge(message: Any, dice: random.Random) -> bytes:
    return _padded(message, MAX_PACKET_BYTES - HEADROOM - dice.randrange(1000))


def _oversized(message: Any, dice: random.Random) -> bytes:
    return _padded(message, MAX_PACKET_BYTES + dice.randrange(1, 1000))


def _deep(message: Any, dice: random.Random) -> bytes:
    levels = dice.choice([20, 60, 127, 300, 5000])
    opened, closed = dice.choice([(b"[", b"]"), (b'{"a":', b"}")])
    nest = opened * levels + b"1" + closed * levels
    if isinstance(message, dict) and dice.random() < 0.7:
        return _bytes({**message, "data": {"deep": "HERE"}}).replace(b'"HERE"', nest)
    return nest


def _invalid_utf8(message: Any, dice: random.Random) -> bytes:
    whole = _bytes(message)
    at = dice.randrange(len(whole))
    return whole[:at] + dice.choice([b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"]) + whole[at:]


def _wrong_source(message: Any, dice: random.Random) -> bytes:
    other = dice.choice(["care/v1/OTHER", "OTHER", "/", "care/v2/x", "care/v1/\x00", "a" * 5000])
    if isinstance(message, list):
        message[0]["bn"] = f"{other}/"
        return _bytes(message)
    return _bytes({**message, "source": other})


def _wrong_topic(device_id: str, dice: random.Random) -> str:
    """A topic that the device may not use, or that is no channel."""
    tail = dice.choice(["Event", "event/", "event/x", "events", "command", "", "state", "按", "a" * 500])
    return f"care/v1/{device_id}/{tail}"


_MUTATE: Final[Mapping[Kind, Callable[[Any, random.Random], bytes]]] = {
    Kind.RANDOM: _random,
    Kind.TRUNCATED: _truncated,
    Kind.BIT_FLIPPED: _bit_flipped,
    Kind.WRONG_TYPE: _wrong_type,
    Kind.MISSING: _missing,
    Kind.HUGE: _huge,
    Kind.OVERSIZED: _oversized,
    Kind.EMPTY: lambda _message, _dice: b"",
    Kind.DEEP: _deep,
    Kind.INVALID_UTF8: _invalid_utf8,
    Kind.WRONG_TOPIC: lambda message, _dice: _bytes(message),
    Kind.WRONG_SOURCE: _wrong_source,
}
