"""What the page of a link shows to this phone: the whole, a closed door and why, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from backend.domain.answering.model import ON_IT, Assignment, State, StepKind, Why, expires
from backend.domain.answering.progress import Scene, possible, responders_wanted
from backend.domain.answering.safety import Timer
from backend.domain.escalation.targets import DutyRole
from backend.services.alarm.ports import Clock
from backend.services.answering.seals import sha256
from backend.services.answering.views import (
    AnswerPage,
    PageAlert,
    PageHome,
    PagePerson,
    PagePhone,
    PageTaken,
)
from contract.vocabulary import event_type


@dataclass(frozen=True, slots=True)
class Known:
    """Everything about an assignment, of one moment. Rows as mappings: `home` None where the device has none."""

    mine: Assignment
    others: Sequence[Assignment]
    alert: Any
    home: Any
    people: Sequence[Any]
    key_holders: Sequence[Any]
    desk: PagePhone
    keys_out: Sequence[str]
    timer: Timer | None
    needed: int = 1


class AnswerReader(Protocol):
    """Reads, never writes."""

    def known(self, token_sha256: str) -> Known | None: ...


@dataclass(frozen=True, slots=True)
class Door:
    """A page that shows nothing of the alert: `why` not, and whom to ring. `why` None: it can be opened."""

    why: Why | None
    desk: PagePhone


@dataclass(frozen=True, slots=True)
class Show:
    """The use case."""

    reader: AnswerReader
    clock: Clock

    def __call__(self, token: str, phone: str | None) -> AnswerPage | Door | None:
        """None: no such link. Nothing is changed: a robot that looks at it learns nothing and binds nothing."""
        known = self.reader.known(sha256(token))
        if known is None:
            return None
        now = self.clock.now()
        mine, closed_at = known.mine, known.alert["closed_at"]
        if mine.state is State.EXPIRED or now >= expires(mine, closed_at):
            return Door(Why.EXPIRED, known.desk)
        if mine.bound_to is None:
            return Door(None, known.desk)
        if phone is None or sha256(phone) != mine.bound_to:
            return Door(Why.OTHER_PHONE, known.desk)
        return self._page(known, now)

    def _page(self, known: Known, now: datetime) -> AnswerPage:
        mine = known.mine
        wanted = responders_wanted([mine, *known.others], known.needed)
        scene = Scene(known.others, wanted, known.alert["closed_at"], len(known.keys_out))
        can = possible(mine, scene, now)
        going = sorted((one for one in known.others if one.goes), key=lambda one: one.accepted_at or one.created_at)
        taken = _taken(mine, known, can)
        # Whoever cannot help any more needs to know nothing more about the person.
        involved = mine.state in ON_IT or StepKind.ACCEPT in can
        timer = known.timer
        return AnswerPage(
            assignment_id=mine.id,
            state=str(mine.state),
            role=str(mine.role),
            name=mine.recipient_name,
            alert=_alert(known.alert),
            home=_home(known, mine.state in ON_IT) if involved else None,
            people=[_person(row) for row in known.people] if involved else [],
            key_holders=[PagePhone(name=row["name"], phone=row["phone"]) for row in known.key_holders]
            if mine.state in ON_IT
            else [],
            desk=known.desk,
            going=[one.recipient_name for one in going],
            wanted=wanted,
            taken=taken,
            can=[str(kind) for kind in can],
            held_until=mine.held_until,
            eta_at=mine.eta_at,
            arrived_at=mine.arrived_at,
            second_asked=mine.second_asked_at is not None,
            forced=mine.forced_at is not None,
            keys_out=list(known.keys_out),
            alone_until=timer.due_at if timer is not None else None,
            alone_minutes=int(timer.every.total_seconds() // 60) if timer is not None and timer.due_at else None,
            outcome=mine.outcome,
            reply_code=mine.reply_code,
        )


def _taken(mine: Assignment, known: Known, can: Sequence[StepKind]) -> PageTaken | None:
    """Who has it instead of `mine`, where that is so."""
    if mine.state in ON_IT or mine.state is State.DONE:
        return None
    if mine.role is not DutyRole.RESPONDER:
        holder, row = known.alert["holder_name"], known.alert
        return PageTaken(name=holder, since=row["held_since"]) if holder and row["holder_kind"] != "responder" else None
    have = [one for one in known.others if one.goes or (one.role is mine.role and one.state is State.DONE)]
    if StepKind.ACCEPT in can or not have:
        return None
    first = min(have, key=lambda one: one.accepted_at or one.created_at)
    return PageTaken(name=first.recipient_name, since=first.accepted_at)


def _alert(row: Any) -> PageAlert:
    kind = event_type(row["type"])
    return PageAlert(
        type=row["type"],
        type_zh=kind.label.zh,
        type_en=kind.label.en,
        severity=row["severity"],
        pressed_at=row["pressed_at"],
        closed_at=row["closed_at"],
    )


def _home(known: Known, goes: bool) -> PageHome | None:
    row = known.home
    if row is None:
        return None
    return PageHome(
        address=row["address"],
        landmark=row["landmark"],
        room=known.alert["room"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        entry=row["entry"] if goes else None,
        key_kind=row["key_kind"] if goes else None,
        hazards=list(row["hazards"] or ()),
    )


def _person(row: Any) -> PagePerson:
    return PagePerson(**{name: row[name] for name in PagePerson.model_fields})
