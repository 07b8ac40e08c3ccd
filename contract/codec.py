"""Whether bytes are a message of the contract, and if not, why. Nothing raises but `Refusal`."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from contract.messages import Command, Event, Result, Status
from contract.strict_json import (
    MAX_DATA_DEPTH,
    Refusal,
    RefusalReason,
    decode_json,
    is_deeper,
    storable,
    storable_text,
)
from contract.times import format_time, is_plausible, parse_time
from contract.topics import is_event_id, source
from contract.vocabulary import EVENT_TYPES, SOS, CommandName, Flag, ResultStatus

__all__ = [
    "Refusal",
    "RefusalReason",
    "decode_command",
    "decode_event",
    "decode_json",
    "decode_result",
    "decode_status",
    "encode",
    "read_event",
]

MAX_SEQ: Final = 2**63 - 1
_ATTRIBUTES: Final = frozenset(
    {"specversion", "id", "source", "type", "time", "data", "datacontenttype", "dataschema", "subject"}
)
_DATA: Final = frozenset({"seq", "boot", "sos_seq", "transmitter"})


def _object(payload: bytes) -> dict[str, Any]:
    value = decode_json(payload)
    if not isinstance(value, dict):
        raise Refusal(RefusalReason.NOT_AN_OBJECT, type(value).__name__)
    return value


def decode_event(payload: bytes, device_id: str) -> Event:
    """One CloudEvents event in JSON structured mode, published by the authenticated `device_id`.

    Raises `Refusal` only where `specversion`, `id`, `source` or `type` is missing or no text; everything else that is
    odd is accepted and flagged.
    """
    return read_event(_object(payload), device_id)


def read_event(raw: dict[str, Any], device_id: str) -> Event:
    """The same for JSON that is decoded already."""
    event_id = raw.get("id")
    readable_id = event_id if isinstance(event_id, str) and is_event_id(event_id) else None
    for name in ("specversion", "id", "source", "type"):
        value = raw.get(name)
        if value is None:
            raise Refusal(RefusalReason.MISSING_ATTRIBUTE, name, readable_id)
        if not isinstance(value, str) or not value:
            raise Refusal(RefusalReason.BAD_ATTRIBUTE, name, readable_id)
    if readable_id is None:
        raise Refusal(RefusalReason.BAD_ID, "1 to 128 printable characters")
    if raw["specversion"] != "1.0":
        raise Refusal(RefusalReason.BAD_SPECVERSION, raw["specversion"][:20], readable_id)
    if len(raw["type"]) > 128 or not raw["type"].isprintable():
        raise Refusal(RefusalReason.BAD_ATTRIBUTE, "type", readable_id)
    flags: list[Flag] = []
    time = _time(raw.get("time"), flags)
    data = _data(raw.get("data"), flags)
    if raw["type"] not in EVENT_TYPES:
        flags.append(Flag.UNKNOWN_TYPE)
    if raw["source"] != source(device_id):
        flags.append(Flag.IDENTITY_CONFLICT)
    if raw.keys() - _ATTRIBUTES:
        flags.append(Flag.EXTRA_ATTRIBUTES)
    if data.keys() - _DATA:
        flags.append(Flag.EXTRA_DATA)
    seq = _count(data, "seq", Flag.NO_SEQ, flags)
    boot = _count(data, "boot", Flag.NO_BOOT, flags)
    sos_seq = _count(data, "sos_seq", Flag.NO_SOS_SEQ if raw["type"] == SOS else None, flags)
    transmitter = data.get("transmitter")
    return Event(
        id=readable_id,
        source=storable_text(raw["source"][:256]),
        type=raw["type"],
        time=time,
        seq=seq,
        boot=boot,
        sos_seq=sos_seq,
        transmitter=storable_text(transmitter[:64]) if isinstance(transmitter, str) else None,
        data=data,
        flags=tuple(dict.fromkeys(flags)),
    )


def _time(value: Any, flags: list[Flag]) -> str | None:
    if value is None:
        flags.append(Flag.NO_TIME)
        return None
    text = _plausible_time(value)
    if text is None:
        flags.append(Flag.BAD_TIME)
    return text


def _plausible_time(value: Any) -> str | None:
    moment = parse_time(value) if isinstance(value, str) else None
    return format_time(moment) if moment is not None and is_plausible(moment) else None


def _data(value: Any, flags: list[Flag]) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict) or is_deeper(value, MAX_DATA_DEPTH):
        flags.append(Flag.BAD_DATA)
        return {}
    cleaned: dict[str, Any] = storable(value)
    return cleaned


def _count(data: dict[str, Any], name: str, missing: Flag | None, flags: list[Flag]) -> int | None:
    value = data.get(name)
    if value is None:
        if missing is not None:
            flags.append(missing)
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SEQ:
        flags.append(Flag.BAD_DATA)
        return None
    return value


def decode_status(payload: bytes) -> Status:
    """A device's status or will. `state` must be `online` or `offline`; other fields are dropped where unusable."""
    raw = _object(payload)
    state = raw.get("state")
    if state not in ("online", "offline"):
        raise Refusal(RefusalReason.BAD_ATTRIBUTE, "state: online or offline")
    firmware = raw.get("firmware")
    return Status(
        state=state,
        boot=_count(raw, "boot", None, []),
        at=_plausible_time(raw.get("at")),
        firmware=firmware[:64] if isinstance(firmware, str) and firmware.isprintable() else None,
        battery=_number(raw.get("battery"), 0, 100),
        rssi=_number(raw.get("rssi"), -200, 20),
    )


def _number(value: Any, low: float, high: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if low <= value <= high else None


def decode_result(payload: bytes) -> Result:
    """What a device says became of a command. `detail` is whatever it says; None where it is nested too deep."""
    raw = _object(payload)
    command_id, status, detail = raw.get("id"), raw.get("status"), raw.get("detail")
    if not isinstance(command_id, str) or not is_event_id(command_id):
        raise Refusal(RefusalReason.BAD_ID, "id of the command")
    if not isinstance(status, str) or status not in set(ResultStatus):
        raise Refusal(RefusalReason.BAD_ATTRIBUTE, "status: done, failed or rejected")
    return Result(id=command_id, status=status, detail=None if is_deeper(detail, MAX_DATA_DEPTH) else storable(detail))


def decode_command(payload: bytes) -> Command:
    """What a device receives on its command topic."""
    raw = _object(payload)
    if not isinstance(raw.get("id"), str) or not is_event_id(raw["id"]):
        raise Refusal(RefusalReason.BAD_ID, "id of the command")
    if not isinstance(raw.get("command"), str) or raw["command"] not in set(CommandName):
        raise Refusal(RefusalReason.BAD_ATTRIBUTE, "command")
    if not isinstance(raw.get("args"), dict) or is_deeper(raw["args"], MAX_DATA_DEPTH):
        raise Refusal(RefusalReason.BAD_ATTRIBUTE, "args")
    if not isinstance(raw.get("expires"), str) or parse_time(raw["expires"]) is None:
        raise Refusal(RefusalReason.BAD_TIME, "expires")
    return Command(id=raw["id"], command=raw["command"], args=storable(raw["args"]), expires=raw["expires"])


def encode(message: msgspec.Struct | dict[str, Any]) -> bytes:
    """A message as JSON bytes."""
    return msgspec.json.encode(message)
