"""What a SenML pack says where every record is plainly good, in one pass; others are `contract.senml`'s to judge."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from contract.messages import Reading
from contract.metrics import METRICS, Metric
from contract.times import LATEST
from contract.topics import MAX_PACKET_BYTES

MAX_RECORDS: Final = 1000
RELATIVE_TIME_LIMIT: Final = 2**28
"""RFC 8428 §4.5.3: times below 2**28 are relative to now."""
END: Final = LATEST.timestamp()


class _Record(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """The labels that nearly every record makes do with; `null` is none of their values."""

    n: str | UnsetType = UNSET
    u: str | UnsetType = UNSET
    v: float | UnsetType = UNSET
    vb: bool | UnsetType = UNSET
    t: float = 0.0
    bn: str | UnsetType = UNSET
    bt: float | UnsetType = UNSET
    bu: str | UnsetType = UNSET


_decode: Final = msgspec.json.Decoder(list[_Record]).decode


def read_plain(payload: bytes, device_id: str, received_at: float) -> tuple[Reading, ...] | None:
    """What `decode_pack` would read, where it would refuse nothing; None: it may find something to refuse."""
    if len(payload) > MAX_PACKET_BYTES:
        return None
    try:
        records = _decode(payload)
    except (ValueError, RecursionError):  # msgspec's own errors are ValueErrors
        return None
    if not 0 < len(records) <= MAX_RECORDS:
        return None
    base_time, base_unit = 0.0, None
    own = f"{device_id}/"
    readings: list[Reading] = []
    for record in records:
        if record.bn is not UNSET and record.bn not in ("", own):
            return None
        if record.bt is not UNSET:
            base_time = record.bt
        if record.bu is not UNSET:
            base_unit = record.bu
        metric = METRICS.get(record.n)  # type: ignore[arg-type]  # UNSET is no metric
        unit = base_unit if record.u is UNSET else record.u
        if metric is None or (unit is not None and unit != metric.unit):
            return None
        at = base_time + record.t
        if at < RELATIVE_TIME_LIMIT:
            at += received_at
        value = _value(record, metric)
        if value is None or not 0 <= at < END:
            return None
        readings.append(Reading(metric=metric.name, at=at, value=value))
    return tuple(readings)


def _value(record: _Record, metric: Metric) -> float | bool | None:
    """The one value of the metric's kind, in its range."""
    number, flag = record.v, record.vb
    if metric.kind == "boolean":
        return None if flag is UNSET or number is not UNSET else flag
    if number is UNSET or flag is not UNSET or not metric.low <= number <= metric.high:
        return None
    return number + 0.0  # so that -0.0 is 0.0
