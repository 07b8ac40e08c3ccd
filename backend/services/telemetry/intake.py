"""Which device an item of a batch is believed to come from, and when it was received."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.domain.registry.lifecycle import SHUT_OUT
from backend.services.telemetry.ports import DeviceRegistry
from contract.ingest import JsonItem, Outcome
from contract.times import parse_time
from contract.topics import LOBBY_PREFIX, is_device_id
from contract.vocabulary import IngestOutcome

CLOCK_AHEAD: Final = timedelta(minutes=5)
"""A gateway's receive time further ahead than this is not believed: the same limit as on the emergency lane."""


class IntakeReason(StrEnum):
    """Why a whole item was refused."""

    BAD_DEVICE_ID = "bad_device_id"
    LOBBY_CREDENTIAL = "lobby_credential"
    REVOKED = "revoked"
    RETAINED = "retained"
    ERASED = "erased"
    NO_READING = "no_reading"
    SOME_RECORDS_REFUSED = "some_records_refused"


def judge(items: Sequence[JsonItem], registry: DeviceRegistry) -> dict[int, Outcome]:
    """The outcomes, by index, of those items whose device may not speak here; one look into the registry for all."""
    named = {item.device_id for item in items}
    states = registry.states({device_id for device_id in named if is_device_id(device_id)})
    barred = {device_id: verdict for device_id in named if (verdict := _verdict(device_id, states)) is not None}
    if not barred:
        return {}
    return {
        index: Outcome(index=index, outcome=verdict[0], reason=verdict[1] and str(verdict[1]))
        for index, item in enumerate(items)
        if (verdict := barred.get(item.device_id)) is not None
    }


def _verdict(device_id: str, states: Mapping[str, str]) -> tuple[IngestOutcome, IntakeReason | None] | None:
    """Why the device may not speak here; None: it may."""
    if not is_device_id(device_id):
        return IngestOutcome.REFUSED, IntakeReason.BAD_DEVICE_ID
    state = states.get(device_id)
    if device_id.startswith(LOBBY_PREFIX) or state == "lobby":
        # A lobby terminal may call for help, and nothing else.
        return IngestOutcome.REFUSED, IntakeReason.LOBBY_CREDENTIAL
    if state is None:
        return IngestOutcome.UNKNOWN_DEVICE, None
    return (IngestOutcome.REFUSED, IntakeReason.REVOKED) if state in SHUT_OUT else None


def refused(index: int, reason: str) -> Outcome:
    """The final answer for an item that nothing was stored of."""
    return Outcome(index=index, outcome=IngestOutcome.REFUSED, reason=str(reason))


def received_at(items: Sequence[JsonItem], now: datetime) -> dict[str, datetime]:
    """When the gateway received the items, by what it says: `now` where that is no time, or where its clock runs ahead.

    What came together has the same time, so there are few of them.
    """
    found: dict[str, datetime] = {}
    for said in {item.received_at for item in items}:
        moment = parse_time(said)
        found[said] = now if moment is None or moment > now + CLOCK_AHEAD else moment
    return found
