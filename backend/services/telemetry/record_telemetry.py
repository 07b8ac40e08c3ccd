"""Take in a batch of SenML packs: good records are stored together, a bad one costs only itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from backend.services.telemetry.erasures import Fences
from backend.services.telemetry.intake import IntakeReason, judge, received_at, refused
from backend.services.telemetry.ports import (
    Clock,
    DeviceReading,
    DeviceRegistry,
    DeviceStateStore,
    TelemetryAway,
    TelemetryStore,
)
from contract.codec import Refusal
from contract.ingest import JsonItem, Outcome
from contract.senml import Pack, decode_pack
from contract.vocabulary import IngestOutcome

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RecordTelemetry:
    """The use case of `POST /ingest/v1/telemetry`."""

    store: TelemetryStore
    states: DeviceStateStore
    registry: DeviceRegistry
    clock: Clock
    fences: Fences
    observe: Callable[[Sequence[DeviceReading]], None] = lambda _readings: None
    """Hears of what was stored, before the gateway does; what it raises brings the batch again."""
    unseen: Callable[[int], None] = lambda _devices: None
    """Hears of how many devices the sign of life could not be noted."""

    def __call__(self, items: Sequence[JsonItem]) -> list[Outcome]:
        """Outcomes in the order of `items`. Everything is stored when this returns; raises `TelemetryAway`."""
        now = self.clock.now()
        outcomes = judge(items, self.registry)
        readings: list[DeviceReading] = []
        seen: dict[str, datetime] = {}
        fences = self.fences.fences({item.device_id for index, item in enumerate(items) if index not in outcomes})
        moments = received_at(items, now)
        for index, item in enumerate(items):
            if index in outcomes:
                continue
            device_id, received = item.device_id, moments[item.received_at]
            fence = fences.get(device_id)
            outcomes[index] = _read(index, item, received, fence, readings)
            if not item.retained and (fence is None or received > fence):
                known = seen.get(device_id)
                seen[device_id] = received if known is None or received > known else known
        if readings:
            self.store.write(readings)
            self.observe(readings)
        if seen:
            self._note(seen)
        return [outcomes[index] for index in range(len(items))]

    def _note(self, seen: dict[str, datetime]) -> None:
        try:
            self.states.seen(seen)
        except TelemetryAway as away:
            # The readings are stored: an error would bring the whole batch again, for ever where the file is broken.
            # The next sign of life makes up for it.
            self.unseen(len(seen))
            log.warning("telemetry_seen_not_stored", devices=len(seen), reason=str(away)[:200])


def _read(
    index: int, item: JsonItem, received: datetime, erased_until: datetime | None, found: list[DeviceReading]
) -> Outcome:
    """What becomes of the item; its readings go to the end of `found`."""
    if item.retained:
        # Telemetry is never retained; a replay without times would read as a measurement of now.
        return refused(index, IntakeReason.RETAINED)
    device_id = item.device_id
    try:
        pack = decode_pack(bytes(item.pack), device_id, received.timestamp())
    except Refusal as refusal:
        return refused(index, refusal.reason)
    readings = [DeviceReading(device_id, one.metric, one.at, one.value, received) for one in pack.readings]
    new = readings
    if erased_until is not None:
        # What was erased must not come back from a spool, late: measured or received before, it is forgotten.
        until = erased_until.timestamp()
        new = [reading for reading in readings if reading.at > until and received > erased_until]
        if readings and not new:
            return refused(index, IntakeReason.ERASED)
    found += new
    return _outcome(index, pack, len(new) < len(readings))


def _outcome(index: int, pack: Pack, some_erased: bool = False) -> Outcome:
    if not pack.readings:
        return refused(index, pack.refused[0].reason if pack.refused else IntakeReason.NO_READING)
    reason = str(IntakeReason.SOME_RECORDS_REFUSED) if pack.refused or some_erased else None
    return Outcome(index=index, outcome=IngestOutcome.ACCEPTED, reason=reason)
