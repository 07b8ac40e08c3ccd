"""What JSON is let in, what of it may be stored, and the one exception that says why not."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

import msgspec

from contract.topics import MAX_PACKET_BYTES

MAX_DEPTH: Final = 128
"""Nesting beyond this is refused: each program parses it again on a deeper stack, and Python's limit is 1,000."""
MAX_DATA_DEPTH: Final = 32
"""Free data nested deeper is left out; the press itself is not."""


class RefusalReason(StrEnum):
    """Why bytes are not a message of the contract."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    NOT_A_PACK = "not_a_pack"
    MISSING_ATTRIBUTE = "missing_attribute"
    BAD_ATTRIBUTE = "bad_attribute"
    BAD_SPECVERSION = "bad_specversion"
    BAD_ID = "bad_id"
    UNKNOWN_METRIC = "unknown_metric"
    UNKNOWN_UNIT = "unknown_unit"
    BAD_NAME = "bad_name"
    BAD_VALUE = "bad_value"
    BAD_TIME = "bad_time"
    BAD_VERSION = "bad_version"
    TOO_MANY_RECORDS = "too_many_records"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of ours
    """Bytes that are not what the topic wants. `event_id`: the id, where at least that could be read."""

    def __init__(self, reason: RefusalReason, detail: str = "", event_id: str | None = None) -> None:
        detail = storable_text(detail)
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail
        self.event_id = event_id


def decode_json(payload: bytes) -> Any:
    """Strict JSON (UTF-8, no NaN, no infinity, at most 64 KiB and 128 levels) or a `Refusal`.

    Of a key that stands twice, the last counts, as everywhere in the platform.
    """
    if not payload:
        raise Refusal(RefusalReason.EMPTY)
    if len(payload) > MAX_PACKET_BYTES:
        raise Refusal(RefusalReason.TOO_LARGE, f"{len(payload)} bytes, at most {MAX_PACKET_BYTES}")
    try:
        value = msgspec.json.decode(payload)
    except RecursionError:
        raise Refusal(RefusalReason.TOO_DEEP, f"at most {MAX_DEPTH} levels") from None
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, OverflowError) as error:
        raise Refusal(RefusalReason.NOT_JSON, str(error)[:200]) from None
    if payload.count(b"[") + payload.count(b"{") > MAX_DEPTH and is_deeper(value, MAX_DEPTH):
        raise Refusal(RefusalReason.TOO_DEEP, f"at most {MAX_DEPTH} levels")
    return value


def is_deeper(value: Any, levels: int) -> bool:
    """Whether `value` holds objects or arrays nested more than `levels` deep; 0 levels is a plain value."""
    containers = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        if not containers:
            return False
        containers = [
            child
            for container in containers
            for child in (container.values() if isinstance(container, dict) else container)
            if isinstance(child, dict | list)
        ]
    return bool(containers)


def storable_text(text: str) -> str:
    """`text` with U+FFFD or `?` where no database or UTF-8 encoder takes a character: NUL and lone surrogates."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\x00", "\ufffd")


def storable(value: Any) -> Any:
    """JSON that any of our databases can hold: the same with every text and key as `storable_text` gives it.

    `value` is at most `MAX_DATA_DEPTH` deep.
    """
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, dict):
        return {storable_text(key): storable(child) for key, child in value.items()}
    if isinstance(value, list):
        return [storable(child) for child in value]
    return value
