"""Which device an item of a batch is believed to come from, and when it was received."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

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
    states = registry.states({item.device_id for item in items if is_device_id(item.device_id)})
    outcomes: dict[int, Outcome] = {}
    for index, item in enumerate(items):
        if not is_device_id(item.device_id):
            outcomes[index] = refused(index, IntakeReason.BAD_DEVICE_ID)
        elif item.device_id.startswith(LOBBY_PREFIX) or states.get(item.device_id) == "lobby":
            # A lobby terminal may call for help, and nothing else.
            outcomes[index] = refused(index, IntakeReason.LOBBY_CREDENTIAL)
        elif item.device_id not in states:
            outcomes[index] = Outcome(index=index, outcome=IngestOutcome.UNKNOWN_DEVICE)
        elif states[item.device_id] == "revoked":
            outcomes[index] = refused(index, IntakeReason.REVOKED)
    return outcomes


def refused(index: int, reason: str) -> Outcome:
    """The final answer for an item that nothing was stored of."""
    return Outcome(index=index, outcome=IngestOutcome.REFUSED, reason=str(reason))


def received_at(item: JsonItem, now: datetime) -> datetime:
    """When the gateway received the item; `now` where it does not say, or where its clock runs ahead."""
    moment = parse_time(item.received_at)
    return now if moment is None or moment > now + CLOCK_AHEAD else moment
