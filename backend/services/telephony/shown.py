"""What a screen is told of a call that came in: a reference to the card, and the number only of strangers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.services.telephony.numbers import masked
from backend.services.telephony.ports import CallerKind, Incoming
from contract.times import format_time


def shown_number(call: Incoming) -> str:
    """Masked, but of somebody whom nobody knows: it is all that there is of them."""
    return call.caller if call.caller_kind is CallerKind.UNKNOWN else masked(call.caller)


def as_json(call: Incoming) -> Mapping[str, Any]:
    """A call as the live stream says it; `organisation_id` is the desk that it is for."""
    return {
        "id": call.id,
        "at": format_time(call.at),
        "caller": shown_number(call),
        "caller_kind": str(call.caller_kind),
        "home_id": call.home_id,
        "home_label": call.home_label,
        "alert_id": call.alert_id,
        "organisation_id": call.organisation_id,
    }
