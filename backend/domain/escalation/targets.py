"""Whom a step may name, and who that turns out to be at the moment when the step fires."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TargetKind(StrEnum):
    """What a step names."""

    DESK = "desk"
    """The alarm desk of an organisation: the alert is offered there, and its operators on duty are told."""
    ON_DUTY = "on_duty"
    """People on duty in an organisation, in a role."""
    CONTACTS = "contacts"
    """Contacts of the home, in their order."""
    RESPONDERS = "responders"
    """The nearest responders on duty of a kind (centre staff, volunteers, rescue, fire post)."""
    WORK_ORDER = "work_order"
    """No person: a work order for the nearest provider that is open."""


class Level(StrEnum):
    """Which organisation, seen from the centre that is responsible for the alert."""

    CENTRE = "centre"
    SIBLINGS = "siblings"
    PARENT = "parent"
    DISTRICT = "district"


class DutyRole(StrEnum):
    """What a person on duty is there for."""

    OPERATOR = "operator"
    RESPONDER = "responder"
    MANAGER = "manager"


class ResponderKind(StrEnum):
    """What kind of responder somebody is."""

    CENTRE_STAFF = "centre_staff"
    VOLUNTEER = "volunteer"
    RESCUE = "rescue"
    FIRE_POST = "fire_post"


class ContactRole(StrEnum):
    """What a resident's contact is there for. `NEVER` is never told anything by the platform."""

    KEY_HOLDER = "key_holder"
    DECISION_MAKER = "decision_maker"
    INFORM_ONLY = "inform_only"
    NEVER = "never"


class Channel(StrEnum):
    """A way to reach somebody. `DESK` is the screen; `VOICE` is a call that an operator makes by a click."""

    DESK = "desk"
    VOICE = "voice"
    SMS = "sms"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    EMAIL = "email"
    NTFY = "ntfy"
    WEBPUSH = "webpush"
    WEBHOOK = "webhook"
    APPRISE = "apprise"


@dataclass(frozen=True, slots=True)
class Target:
    """One `notify` line of a step.

    `level`: for DESK, ON_DUTY and RESPONDERS. `role`: for ON_DUTY. `responder`: for RESPONDERS, None: any kind.
    `contact_roles`: for CONTACTS, empty: all but `NEVER`. `channels`: which of the person's channels, empty: all, in
    the person's order. `most`: at most so many, the nearest or first.
    """

    kind: TargetKind
    level: Level = Level.CENTRE
    role: DutyRole = DutyRole.OPERATOR
    responder: ResponderKind | None = None
    contact_roles: tuple[ContactRole, ...] = ()
    channels: tuple[Channel, ...] = ()
    most: int = 10


class RecipientKind(StrEnum):
    """What a recipient is. `ORGANISATION` is a desk; `PROVIDER` gets a work order."""

    PERSON = "person"
    CONTACT = "contact"
    ORGANISATION = "organisation"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody (or a desk) to be told. `contact_points`: ids of verified, enabled channels, in order of trial.

    `role`: whose acceptance theirs would be; None for somebody who is only informed. `organisation_id`: the desk at
    which they sit or the organisation that they belong to. `minutes_away`: None where nobody knows.
    """

    kind: RecipientKind
    id: str
    name: str
    role: DutyRole | None
    contact_points: tuple[str, ...] = ()
    organisation_id: str | None = None
    minutes_away: int | None = None


class Nobody(StrEnum):
    """Why a target reaches nobody."""

    NO_SUCH_ORGANISATION = "no_such_organisation"
    NOBODY_ON_DUTY = "nobody_on_duty"
    NO_VERIFIED_CHANNEL = "no_verified_channel"
    NO_CONTACTS = "no_contacts"
    NO_PROVIDER = "no_provider"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Reach:
    """What a target comes to now: the recipients, or why there is none; `left_out` names who was left out and why.

    `desks`: organisations to whose desks the alert is offered, whoever sits there.
    """

    target: Target
    recipients: tuple[Recipient, ...] = ()
    nobody: Nobody | None = None
    desks: tuple[str, ...] = ()
    left_out: tuple[tuple[str, Nobody], ...] = ()
