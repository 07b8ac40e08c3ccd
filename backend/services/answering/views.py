"""What somebody who was called out sees: as much as they need for what they have said so far, and no more."""

from __future__ import annotations

from backend.services.alarm.views import Moment, View


class PagePerson(View):
    """Somebody who lives there. `birth_year` None: not known."""

    name: str
    birth_year: int | None
    lives_alone: bool
    dialect: str | None
    hearing: str
    speech: str
    cognition: str


class PageHome(View):
    """Where to go. `entry` and `key_kind` only for those who go; `hazards`: dog, violence, infection."""

    address: str
    landmark: str | None
    room: str | None
    latitude: float | None
    longitude: float | None
    entry: str | None
    key_kind: str | None
    hazards: list[str]


class PagePhone(View):
    """Whom to ring."""

    name: str
    phone: str | None


class PageAlert(View):
    """What happened. `closed_at`: it is over."""

    type: str
    type_zh: str
    type_en: str
    severity: str
    pressed_at: Moment
    closed_at: Moment | None


class PageTaken(View):
    """Who has it instead."""

    name: str
    since: Moment | None


class AnswerPage(View):
    """The page of one link. `can`: the steps that are possible now. `going`: others who are on it.

    `alone_until`: until when somebody alone on site must say that they are well. `wanted`: how many must go.
    """

    assignment_id: str
    state: str
    role: str
    name: str
    alert: PageAlert
    home: PageHome | None
    people: list[PagePerson]
    key_holders: list[PagePhone]
    desk: PagePhone
    going: list[str]
    wanted: int
    taken: PageTaken | None
    can: list[str]
    held_until: Moment | None
    eta_at: Moment | None
    arrived_at: Moment | None
    second_asked: bool
    forced: bool
    keys_out: list[str]
    alone_until: Moment | None
    alone_minutes: int | None
    outcome: str | None
    reply_code: str | None


class AssignmentView(View):
    """An assignment as the desk sees it; never its link."""

    id: str
    alert_id: str
    recipient_kind: str
    recipient_id: str
    name: str
    role: str
    organisation_id: str | None
    state: str
    by_hand: str | None
    opened: bool
    created_at: Moment
    expires_at: Moment
    opened_at: Moment | None
    held_until: Moment | None
    accepted_at: Moment | None
    eta_at: Moment | None
    arrived_at: Moment | None
    second_asked_at: Moment | None
    forced_at: Moment | None
    ended_at: Moment | None
    outcome: str | None
    note: str | None
    alone_until: Moment | None
    overdue: int


class KeyUseView(View):
    """A key was used. `returned_at` None: it is still out, or it was a code."""

    id: str
    alert_id: str
    who: str
    kind: str
    at: Moment
    returned_at: Moment | None


class ReplyView(View):
    """A reply by text. The number is masked but for its end."""

    id: str
    provider: str
    phone_end: str
    text: str
    at: Moment
    outcome: str
    alert_id: str | None


class ResponderView(View):
    """Somebody on duty who could go. `distance_km` as the crow flies; None where a place is not known."""

    kind: str
    id: str
    name: str
    organisation_id: str | None
    minutes_away: int | None
    distance_km: float | None
    state: str | None


def masked(phone: str) -> str:
    """The last four characters."""
    return phone[-4:]
