"""What a notice is when somebody asks for it, and how it gets its id."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from backend.domain.escalation.targets import DutyRole, RecipientKind
from contract.vocabulary import Severity

_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "care/notices")


POLICY_STEPS: Final = 900
"""Call-outs of a policy have a step below this. From it on are those that a person, or a rule of the script, sent out:
an acceptance does not take them back."""


class NoticeKind(StrEnum):
    """What a notice says."""

    CALL_OUT = "call_out"
    """Somebody needs help: can you take it? Carries a link to answer by."""
    DESK_TROUBLE = "desk_trouble"
    """Nobody was reached, nobody is on duty, or all channels failed."""
    LEASE = "lease"
    """You hold an alert and have been silent for long."""
    ENDED = "ended"
    """How it ended, to everyone who was alarmed."""
    WORK_ORDER = "work_order"
    FOLLOW_UP = "follow_up"
    ROSTER_GAP = "roster_gap"
    VERIFY = "verify"
    """The code that proves a channel."""
    ADVISORY = "advisory"


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice to be put into the outbox.

    `contact_points`: ids, in order of trial; empty for a desk, which is told by its screen. `role`: whose acceptance an
    answer would be, None where none is asked for. `priority`: the alert's severity; an SOS overtakes everything.
    `facts`: what the text is made of; never a door code. `voice_only`: grave news, never as text.
    `deadline_at`: after this nobody tries any more and it counts as failed.
    """

    id: str
    kind: NoticeKind
    severity: Severity
    recipient_kind: RecipientKind
    recipient_id: str
    recipient_name: str
    created_at: datetime
    deadline_at: datetime
    contact_points: tuple[str, ...] = ()
    role: DutyRole | None = None
    alert_id: str | None = None
    work_order_id: str | None = None
    step: int = 0
    round: int = 0
    sos: bool = False
    voice_only: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


def notice_id(subject_id: str, kind: NoticeKind, step: int, round_: int, recipient_id: str) -> str:
    """The same for the same subject (alert or work order), kind, step, round and recipient: it is sent once."""
    return str(uuid.uuid5(_NAMESPACE, f"{subject_id}/{kind}/{step}/{round_}/{recipient_id}"))
