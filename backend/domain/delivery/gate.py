"""Whether a contact point may be used for a notice now: proved, enabled, allowed for such news, not in quiet hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from backend.domain.delivery.model import Cause
from backend.domain.escalation.targets import Channel
from contract.vocabulary import Severity

DIALABLE: Final = frozenset({Channel.VOICE, Channel.SMS})
"""Their address is a telephone number, so a person can call it."""
CAN_WAIT: Final = frozenset({Severity.ADVISORY, Severity.TECHNICAL})


@dataclass(frozen=True, slots=True)
class Point:
    """A contact point as the sender sees it. `quiet`: local times from and until which its owner is left in peace."""

    id: str
    channel: Channel
    address: str
    verified: bool = True
    disabled: bool = False
    quiet: tuple[time, time] | None = None


def refusal(point: Point | None, *, verifying: bool, voice_only: bool) -> Cause | None:
    """Why it may not be used at all; None where it may.

    `verifying`: the notice carries the code that proves it, or proves anew what was disabled.
    """
    if point is None:
        return Cause.CONTACT_POINT_GONE
    if point.disabled and not verifying:
        return Cause.CONTACT_POINT_DISABLED
    if not point.verified and not verifying:
        return Cause.CONTACT_POINT_UNVERIFIED
    if voice_only and point.channel not in DIALABLE:
        return Cause.VOICE_ONLY
    return None


def way(point: Point, *, voice_only: bool) -> Channel:
    """Which channel it is told by: grave news by voice, whatever else the number is good for."""
    return Channel.VOICE if voice_only else point.channel


def quiet_until(point: Point, severity: Severity, local: datetime) -> datetime | None:
    """When the owner may be told; None: now. `local` is aware, in the zone in which the owner lives.

    Only advisory and technical notices wait. Times that are equal mean no quiet hours.
    """
    if severity not in CAN_WAIT or point.quiet is None:
        return None
    start, end = point.quiet
    clock = local.time().replace(tzinfo=None)
    if start == end or not (start <= clock < end if start < end else clock >= start or clock < end):
        return None
    day = local.date() if clock < end else local.date() + timedelta(days=1)
    return datetime.combine(day, end, tzinfo=local.tzinfo)
