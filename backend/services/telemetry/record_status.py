"""Take in what devices say of themselves, and their wills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.services.telemetry.erasures import Fences
from backend.services.telemetry.intake import IntakeReason, judge, received_at, refused
from backend.services.telemetry.ports import Clock, DeviceRegistry, DeviceStateStore, StatusReport
from contract.codec import Refusal, decode_status
from contract.ingest import JsonItem, Outcome
from contract.times import parse_time
from contract.vocabulary import IngestOutcome


@dataclass(frozen=True, slots=True)
class RecordStatus:
    """The use case of `POST /ingest/v1/status`."""

    states: DeviceStateStore
    registry: DeviceRegistry
    clock: Clock
    fences: Fences

    def __call__(self, items: Sequence[JsonItem]) -> list[Outcome]:
        """Outcomes in the order of `items`; a report older than what is known is accepted and changes nothing.

        Everything is stored when this returns; raises `TelemetryAway`.
        """
        now = self.clock.now()
        outcomes = judge(items, self.registry)
        fences = self.fences.fences({item.device_id for index, item in enumerate(items) if index not in outcomes})
        moments = received_at(items, now)
        reports: list[StatusReport] = []
        for index, item in enumerate(items):
            if index in outcomes:
                continue
            try:
                status = decode_status(bytes(item.status))
            except Refusal as refusal:
                outcomes[index] = refused(index, refusal.reason)
                continue
            received, fence = moments[item.received_at], fences.get(item.device_id)
            if fence is not None and received <= fence:
                # Erased with the readings, so it does not come back from a spool either.
                outcomes[index] = refused(index, IntakeReason.ERASED)
                continue
            reports.append(
                StatusReport(
                    device_id=item.device_id,
                    state=status.state,
                    received_at=received,
                    retained=item.retained,
                    boot=status.boot,
                    at=parse_time(status.at) if status.at else None,
                    firmware=status.firmware,
                    battery=status.battery,
                    rssi=status.rssi,
                )
            )
            outcomes[index] = Outcome(index=index, outcome=IngestOutcome.ACCEPTED)
        if reports:
            self.states.apply(reports)
        return [outcomes[index] for index in range(len(items))]
