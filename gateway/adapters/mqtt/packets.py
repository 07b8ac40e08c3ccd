"""Where MQTT packets end in a stretch of bytes, and what the plain PUBLISH packets among them say.

paho takes some 30 µs for a PUBLISH, this file one; every packet that is anything else stays paho's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

_PUBLISH: Final = 0x30
_KIND: Final = 0xF0
_QOS_2: Final = 0x04
_QOS_1: Final = 0x02
_RETAIN: Final = 0x01
_MORE: Final = 0x80
"""In a byte of a length: another one follows."""
LONGEST_LENGTH: Final = 4
_PUBACK: Final = b"\x40\x02\x00\x00"


class Publish(NamedTuple):
    """A message as it came. `mid` is 0 for QoS 0."""

    topic: bytes
    payload: bytes
    qos: int
    retain: bool
    mid: int


def packet_end(data: bytes, start: int) -> int | None:
    """Where the packet that begins at `start` ends; None: not all of it is here.

    A length that is none ends after its fourth byte: paho is to see it, and gives the connection up.
    """
    value = shift = 0
    for place in range(start + 1, min(start + 1 + LONGEST_LENGTH, len(data))):
        byte = data[place]
        value |= (byte & 0x7F) << shift
        if byte < _MORE:
            end = place + 1 + value
            return end if end <= len(data) else None
        shift += 7
    end = start + 2 + LONGEST_LENGTH
    return end if end <= len(data) else None


def take_publishes(data: bytes, start: int) -> tuple[list[Publish], int]:
    """The whole PUBLISH packets of MQTT 5 and QoS 0 or 1 from `start` on, and where the first byte after them is."""
    found: list[Publish] = []
    size = len(data)
    while size - start > 1:
        head, length = data[start], data[start + 1]
        if head & (_KIND | _QOS_2) != _PUBLISH:
            break
        if length < _MORE:
            body, end = start + 2, start + 2 + length
        elif size - start > 2 and (more := data[start + 2]) < _MORE:
            body = start + 3
            end = body + (length & 0x7F | more << 7)
        else:  # 16 kB and more, or cut off
            one = _long(data, start)
            if one is None:
                break
            body, end = one
        if end > size:
            break
        message = _publish(data, head, body, end)
        if message is None:
            break
        found.append(message)
        start = end
    return found, start


def _long(data: bytes, start: int) -> tuple[int, int] | None:
    """Where the body begins and ends."""
    end = packet_end(data, start)
    if end is None:
        return None
    body = start + 2
    while data[body - 1] & _MORE and body < end:
        body += 1
    return body, end


def _publish(data: bytes, head: int, body: int, end: int) -> Publish | None:
    """None: it is not as it should be, and paho shall judge it."""
    if end - body < 3:
        return None
    at = body + 2 + (data[body] << 8 | data[body + 1])
    mid = 0
    if head & _QOS_1:
        if at + 2 >= end:
            return None
        mid = data[at] << 8 | data[at + 1]
        after = at + 2
    else:
        after = at
    if after >= end:
        return None
    properties = data[after]
    if properties >= _MORE:
        return None
    payload = after + 1 + properties
    if payload > end or at == body + 2:  # no topic: an alias, which was not offered
        return None
    return Publish(data[body + 2 : at], data[payload:end], head >> 1 & 1, bool(head & _RETAIN), mid)


def pubacks(mids: Iterable[int]) -> bytes:
    """One PUBACK (success) for each, in their order."""
    numbers = list(mids)
    packets = bytearray(_PUBACK * len(numbers))
    packets[2::4] = bytes(mid >> 8 for mid in numbers)
    packets[3::4] = bytes(mid & 0xFF for mid in numbers)
    return bytes(packets)
