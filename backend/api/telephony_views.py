"""How calls look in answers: numbers masked, but for the one that is dialled and strangers'."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from backend.api.bodies import Answer, Moment
from backend.api.script_views import Somebody, Words, words
from backend.domain.script.model import Call, CallTarget
from backend.services.telephony.numbers import EMERGENCY, masked, normal_or_as_is, uri
from backend.services.telephony.ports import Incoming, Party
from backend.services.telephony.shown import shown_number


class CallAnswer(Answer):
    """A call about an alert. `state`: `dialling` until somebody says what came of it, then `ended` with `result`."""

    id: str
    alert_id: str
    to: str
    to_id: str | None
    number: str
    by: Somebody
    began_at: Moment
    state: str
    result: str | None
    ended_at: Moment | None
    seconds: int | None
    recording_reference: str | None
    note: str | None

    @classmethod
    def of(cls, call: Call) -> Self:
        """The call with its number masked."""
        return cls(
            id=call.id,
            alert_id=call.alert_id,
            to=str(call.to),
            to_id=call.to_id,
            number=masked(call.number),
            by=Somebody(kind=str(call.by.kind), id=call.by.id, name=call.by.name),
            began_at=call.began_at,
            state="dialling" if call.result is None else "ended",
            result=str(call.result) if call.result else None,
            ended_at=call.ended_at,
            seconds=call.seconds,
            recording_reference=call.recording_reference,
            note=call.note,
        )


class StartedCall(Answer):
    """`tel`: what the browser dials; null where the terminal dials the desk (`command_id`)."""

    call: CallAnswer
    tel: str | None
    command_id: str | None


class PartyLine(Answer):
    """Somebody to call. `callable`: there is a number, and they may be called. `proved`: it was found right."""

    to: str
    id: str
    name: str
    number: str | None
    relation: str | None
    role: str | None
    proved: bool
    callable: bool


class ServiceLine(Answer):
    """An emergency service by its short number."""

    number: str
    label: Words


class CallPage(Answer):
    """The calls, and whom there is to call, in the order in which they are called."""

    items: list[CallAnswer]
    parties: list[PartyLine]
    services: list[ServiceLine]


class MatchLine(Answer):
    """One who has the number: `resident`, `home` or `contact`."""

    kind: str
    id: str
    name: str
    home_id: str


class IncomingAnswer(Answer):
    """A call that came in. `caller_kind` `unknown`: nobody has that number, which is then shown in full.

    `organisation_id`: the desk at which it comes up. `alert_id`: the gravest open alert of the home.
    """

    id: int
    at: Moment
    caller: str
    caller_kind: str
    tel: str | None
    home_id: str | None
    home_label: str | None
    alert_id: str | None
    organisation_id: str | None
    matches: list[MatchLine]


class IncomingPage(Answer):
    """The newest first."""

    items: list[IncomingAnswer]


def started(call: Call) -> StartedCall:
    """The answer to a click."""
    tel = None if call.to is CallTarget.TERMINAL else uri(call.number)
    return StartedCall(call=CallAnswer.of(call), tel=tel, command_id=call.command_id)


def call_page(calls: Sequence[Call], parties: Sequence[Party]) -> CallPage:
    """The answer of `GET /alerts/{id}/calls`."""
    return CallPage(
        items=[CallAnswer.of(call) for call in calls],
        parties=[_party(party) for party in parties],
        services=[ServiceLine(number=number, label=words(label)) for number, label in EMERGENCY.items()],
    )


def _party(party: Party) -> PartyLine:
    terminal = party.to is CallTarget.TERMINAL
    return PartyLine(
        to=str(party.to),
        id=party.id,
        name=party.name,
        number=masked(normal_or_as_is(party.number)) if party.number else None,
        relation=party.relation,
        role=party.role,
        proved=party.proved,
        callable=(terminal or bool(party.number)) and not party.never,
    )


def incoming_answer(call: Incoming, *, in_full: bool) -> IncomingAnswer:
    """`in_full`: with the number, for calling back."""
    return IncomingAnswer(
        id=call.id,
        at=call.at,
        caller=call.caller if in_full else shown_number(call),
        caller_kind=str(call.caller_kind),
        tel=uri(call.caller) if in_full and call.caller else None,
        home_id=call.home_id,
        home_label=call.home_label,
        alert_id=call.alert_id,
        organisation_id=call.organisation_id,
        matches=[MatchLine(kind=str(m.kind), id=m.id, name=m.name, home_id=m.home_id) for m in call.matches],
    )
