"""Which readings a SenML pack (RFC 8428) holds, and which of its records were refused and why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from contract.messages import Reading
from contract.metrics import METRICS
from contract.senml_plain import END, MAX_RECORDS, RELATIVE_TIME_LIMIT, read_plain
from contract.strict_json import MAX_DEPTH, Refusal, RefusalReason, decode_json
from contract.topics import MAX_PACKET_BYTES

VERSION: Final = 10
"""RFC 8428 §4.4: the version of SenML that is understood; records of a later one must not be used."""
_BASE: Final = ("bn", "bt", "bu", "bv", "bver")
_VALUES: Final = frozenset({"v", "vb", "vs", "vd"})
_cut: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """One record of a pack that was left out: its index, and why."""

    index: int
    reason: RefusalReason
    detail: str


@dataclass(frozen=True, slots=True)
class Pack:
    """The readings of a pack in its order, and the records refused."""

    readings: tuple[Reading, ...]
    refused: tuple[RefusedRecord, ...]


def decode_pack(payload: bytes, device_id: str, received_at: float) -> Pack:
    """A SenML pack in JSON. `received_at`: epoch seconds, used where a record has no or a relative time.

    Raises `Refusal` where it is no pack at all; a bad record costs only itself.
    """
    plain = read_plain(payload, device_id, received_at)
    if plain is not None:
        return Pack(plain, ())
    return read_pack(decode_json(payload), device_id, received_at)


def frame_pack(payload: bytes) -> None:
    """Whether it is a pack as a whole: JSON, an array, neither empty nor too long. Its records stay as they are.

    Raises `Refusal`, as `decode_pack` does for a whole pack; a number beyond a float's range is left to that.
    """
    try:
        records = len(_cut(payload))
    except (ValueError, RecursionError):  # msgspec's own errors are ValueErrors
        records = 0
    nesting = payload.count(b"[") + payload.count(b"{")
    # What is cut, not decoded, may hold text that is no UTF-8; ASCII cannot.
    if 0 < records <= MAX_RECORDS and nesting <= MAX_DEPTH and len(payload) <= MAX_PACKET_BYTES and payload.isascii():
        return
    _records(decode_json(payload))


def _records(raw: Any) -> list[Any]:
    if not isinstance(raw, list) or not raw:
        raise Refusal(RefusalReason.NOT_A_PACK, "an array with at least one record")
    if len(raw) > MAX_RECORDS:
        raise Refusal(RefusalReason.TOO_MANY_RECORDS, f"{len(raw)}, at most {MAX_RECORDS}")
    return raw


def read_pack(raw: Any, device_id: str, received_at: float) -> Pack:
    """The same for JSON that is decoded already."""
    own = f"{device_id}/"
    base: dict[str, Any] = {}
    readings: list[Reading] = []
    refused: list[RefusedRecord] = []
    for index, record in enumerate(_records(raw)):
        try:
            if not isinstance(record, dict):
                raise Refusal(RefusalReason.NOT_AN_OBJECT, "record")
            for key in _BASE:
                if key in record:
                    base[key] = record[key]
            reading = _resolve(record, base, own, received_at)
        except Refusal as refusal:
            refused.append(RefusedRecord(index, refusal.reason, refusal.detail))
            continue
        if reading is not None:
            readings.append(reading)
    return Pack(tuple(readings), tuple(refused))


def _resolve(record: dict[str, Any], base: dict[str, Any], own: str, received_at: float) -> Reading | None:
    """`own`: what `bn` of the device's own packs is."""
    _understood(record, base)
    prefix = base.get("bn", "")
    if prefix not in ("", own):
        raise Refusal(RefusalReason.BAD_NAME, "bn is absent or <device_id>/")
    name = record.get("n")
    if name is None and not record.keys() & (_VALUES | {"s"}):
        return None  # a record of base fields alone carries no reading
    if not isinstance(name, str):
        raise Refusal(RefusalReason.BAD_NAME, "n")
    metric = METRICS.get(f"{prefix}{name}".removeprefix(own))
    if metric is None:
        raise Refusal(RefusalReason.UNKNOWN_METRIC, name[:64])
    unit = record.get("u", base.get("bu"))
    if unit is not None and unit != metric.unit:
        raise Refusal(RefusalReason.UNKNOWN_UNIT, f"{metric.name} is in {metric.unit or 'no unit'}")
    if ("v" in record) + ("vb" in record) + ("vs" in record) + ("vd" in record) > 1:
        raise Refusal(RefusalReason.BAD_VALUE, f"{metric.name} has more than one value")
    at = _moment(base.get("bt", 0), record.get("t", 0), received_at)
    if metric.kind == "boolean":
        value = record.get("vb")
        if not isinstance(value, bool):
            raise Refusal(RefusalReason.BAD_VALUE, f"{metric.name} wants vb")
        return Reading(metric=metric.name, at=at, value=value)
    number = _finite(record.get("v"), metric.name) + _finite(base.get("bv", 0), metric.name)
    if not metric.low <= number <= metric.high:
        raise Refusal(RefusalReason.BAD_VALUE, f"{metric.name} {number} is not in {metric.low}..{metric.high}")
    return Reading(metric=metric.name, at=at, value=number)


def _understood(record: dict[str, Any], base: dict[str, Any]) -> None:
    version = base.get("bver", VERSION)
    if isinstance(version, bool) or not isinstance(version, int) or not 1 <= version <= VERSION:
        raise Refusal(RefusalReason.BAD_VERSION, f"bver is at most {VERSION}")
    # RFC 8428 §4.4: a label that ends with "_" must be understood, and none is.
    for key in record:
        if key.endswith("_"):
            raise Refusal(RefusalReason.BAD_ATTRIBUTE, key[:64])


def _finite(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refusal(RefusalReason.BAD_VALUE, f"{name} wants v")
    try:
        number = float(value)
    except OverflowError:
        raise Refusal(RefusalReason.BAD_VALUE, f"{name} is too large") from None
    if not math.isfinite(number):
        raise Refusal(RefusalReason.BAD_VALUE, f"{name} is not finite")
    return number


def _moment(base_time: Any, time: Any, received_at: float) -> float:
    try:
        at = _finite(base_time, "bt") + _finite(time, "t")
    except Refusal as refusal:
        raise Refusal(RefusalReason.BAD_TIME, refusal.detail) from None
    if at < RELATIVE_TIME_LIMIT:
        at += received_at
    if not 0 <= at < END:
        raise Refusal(RefusalReason.BAD_TIME, f"{at}")
    return at
