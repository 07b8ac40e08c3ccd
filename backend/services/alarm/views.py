"""What a desk sees of alerts: the row of the queue, and the card with its timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

from backend.domain.access.sight import WHOLE, Sight
from backend.domain.alert.lifecycle import Verb
from contract.times import format_time
from contract.vocabulary import Condition, Flag, Handling, Severity

Moment = Annotated[
    datetime,
    PlainSerializer(format_time, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
"""RFC 3339, UTC, milliseconds."""


class View(BaseModel):
    """Read only, and no field that is not declared."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Person(View):
    """Somebody, or an organisation."""

    id: str
    name: str


class HomeLine(View):
    """Where to go."""

    id: str
    label: str
    address: str
    landmark: str | None


class ResidentLine(View):
    """Who may have pressed. `birth_year` None: not known."""

    id: str
    name: str
    birth_year: int | None
    lives_alone: bool


class NextStep(View):
    """What escalation does next. `at` None: nothing, because somebody has it (`rested`) or it is over (`ended`).

    `trouble`: `nobody_reached`, `nobody_on_duty` or `all_channels_failed`. `step`, `steps`: which of how many is next;
    one more than `steps` is the district desk.
    """

    state: str
    at: Moment | None
    step: int
    trouble: str | None
    held_until: Moment | None


class AlertSummary(View):
    """A row of the queue. `stream_id`: the change log's latest id of this alert, 0 where there is none.

    `organisation`: the centre that is responsible, None for the district; `offered_to`: ids of desks that see it too.
    `lease_until`: how long the holder has it without a word. `next_step` None: raised before there was escalation.
    `late_seconds`: age of the press when the platform learned of it, None when fresh. `ring_seq` rises each time the
    desk must ring. `waiting`: nobody has it, or nobody reacted to another press.
    """

    id: str
    stream_id: int
    version: int
    type: str
    severity: Severity
    condition: Condition
    handling: Handling
    count: int
    device_id: str
    home: HomeLine | None
    residents: list[ResidentLine]
    room: str | None
    pressed_at: Moment
    received_at: Moment
    late_seconds: int | None
    flags: list[Flag]
    holder: Person | None
    accepted_at: Moment | None
    held_since: Moment | None
    requeued_at: Moment | None
    lease_until: Moment | None
    first_voice_at: Moment | None
    organisation: Person | None
    offered_to: list[str]
    next_step: NextStep | None
    eta_minutes: int | None
    eta_at: Moment | None
    responder: str | None
    closed_at: Moment | None
    outcome: str | None
    previous_alert_id: str | None
    unknown_device: bool
    waiting: bool
    ring: bool
    ring_seq: int


class AlertPage(View):
    """Alerts in the desk's order. A stream that starts after `stream_id` misses nothing. `total`: how many exist."""

    items: list[AlertSummary]
    stream_id: int
    total: int


class TimelineActor(View):
    """Who did it: `staff`, `device` or `system`."""

    kind: str
    id: str
    name: str


class TimelineEntry(View):
    """One step, with its time."""

    id: int
    at: Moment
    kind: str
    actor: TimelineActor
    source: str
    reason: str
    detail: dict[str, Any]


class HomeCard(HomeLine):
    """How to get in (`entry`: gate, floor, door)."""

    entry: str | None
    phone: str | None
    synthetic: bool


class ResidentCard(ResidentLine):
    """Everything that matters for speaking with and helping this person."""

    dialect: str | None
    hearing: str
    speech: str
    cognition: str
    conditions: str | None
    medicines: str | None
    status: str
    phone: str | None


class ContactCard(View):
    """Whom to call, in order."""

    name: str
    relation: str
    phone: str
    position: int
    role: str
    minutes_away: int | None


class DeviceCard(View):
    """What was pressed. `state` None: the registry does not know it."""

    id: str
    kind: str | None
    state: str | None
    room: str | None
    transmitter: str | None


class Card(View):
    """Who, where, how to get in, whom to call."""

    home: HomeCard | None
    residents: list[ResidentCard]
    contacts: list[ContactCard]
    device: DeviceCard


class PreviousAlert(View):
    """An earlier alert of the same device."""

    id: str
    type: str
    received_at: Moment
    closed_at: Moment | None
    outcome: str | None


class CommandLine(View):
    """What the terminal was told, and whether it confirmed (`result_at`)."""

    id: str
    command: str
    stage: str | None
    event_id: str | None
    state: str
    created_at: Moment
    sent_at: Moment | None
    result_at: Moment | None


class AlertDetail(AlertSummary):
    """The alert with its card, its timeline, and what may be done now (`allowed`)."""

    timeline: list[TimelineEntry]
    card: Card
    previous: list[PreviousAlert]
    commands: list[CommandLine]
    allowed: list[Verb]


class AlertReader(Protocol):
    """Reads, never writes."""

    def open(self, limit: int, desk: str | None = None, sight: Sight = WHOLE) -> AlertPage:
        """Who waits first, then by severity, then the longest waiting.

        `desk`: an organisation's id; what it and those below it are responsible for, and what was offered to them.
        """
        ...

    def closed(self, limit: int, desk: str | None = None, sight: Sight = WHOLE) -> AlertPage:
        """The last closed first."""
        ...

    def detail(self, alert_id: str) -> AlertDetail | None: ...
