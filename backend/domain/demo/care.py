"""What people did about each kind of call in the demo's past: who took it, who was rung, who went, how it ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from backend.domain.alert.lifecycle import Verb
from backend.domain.alert.model import SYSTEM, Actor, ActorKind, EntryKind
from backend.domain.audit.conformance import Course, reviews
from backend.domain.audit.review import Cause, ReviewState
from backend.domain.demo.cases import Case, cleared, finished, moved, raised
from backend.domain.demo.dice import Dice
from backend.domain.demo.errands import follow_ups, service_order
from backend.domain.demo.reaching import called, escalated
from backend.domain.demo.story import OUTCOMES, Kind, Story
from contract.vocabulary import SOS

EMERGENCY_LINES: Final = {"ambulance": "120", "fire_service": "119"}

_GOES: Final = ("key_holder", "decision_maker")


def tell(dice: Dice, story: Story) -> Case:
    """From the press to the verdict."""
    case = raised(dice, story.type, story.home, story.at, story.desk, story.counters, story.policy)
    accepted_at = case.alert.received_at + story.speed.accepted
    escalated(dice, case, story.desk, accepted_at)
    by = _accepted(dice, case, story, accepted_at)
    done_at = _course(story.kind)(dice, case, story, by, accepted_at + story.speed.voice)
    if story.kind.by_sensor:
        cleared(dice, case, story.counters, done_at + timedelta(seconds=dice.randint(2, 18)))
    closed_at = done_at + timedelta(seconds=dice.randint(20, 120))
    moved(case, Verb.CLOSE, story.desk.holder.at_desk, closed_at, outcome=OUTCOMES[story.kind])
    _judged(dice, case, story)
    return finished(case)


def _accepted(dice: Dice, case: Case, story: Story, at: datetime) -> Actor:
    """A family key is mostly taken by a contact, by the link that they were sent; all else by the operator."""
    going = [one for one in story.home.contacts if one.role in _GOES]
    if story.kind is Kind.FAMILY_KEY and going and dice.random() < 0.7:
        contact = going[0]
        family = Actor(ActorKind.RESPONDER, contact.id, contact.name)
        moved(case, Verb.RESPOND, family, at)
        return family
    moved(case, Verb.ACCEPT, story.desk.holder.at_desk, at)
    return story.desk.holder.at_desk


Course_ = Callable[[Dice, Case, Story, Actor, datetime], datetime]


def _course(kind: Kind) -> Course_:
    if kind in (Kind.AMBULANCE, Kind.FALL, Kind.FIRE):
        return _emergency
    if kind in (Kind.VISIT, Kind.LEAK):
        return _visited
    return _served if kind is Kind.SERVICE else _talked


def _talked(dice: Dice, case: Case, story: Story, by: Actor, spoken_at: datetime) -> datetime:
    """The terminal dials, somebody speaks; where family takes over, a contact is rung as well."""
    ended_at = _rung(dice, case, story, by, spoken_at)
    if story.kind is Kind.FAMILY_TOOK_OVER and story.home.contacts:
        contact = story.home.contacts[0]
        at = ended_at + timedelta(seconds=dice.randint(10, 40))
        party = ("contact", contact.id, contact.phone)
        ended_at = called(dice, case, party, by, at, at + timedelta(seconds=dice.randint(6, 20)))
    return ended_at


def _rung(dice: Dice, case: Case, story: Story, by: Actor, spoken_at: datetime | None) -> datetime:
    began_at = (spoken_at or case.alert.received_at + story.speed.accepted + story.speed.voice) - timedelta(seconds=3)
    if by.kind is ActorKind.RESPONDER:
        resident = story.home.residents[0]
        return called(dice, case, ("resident", resident.id, story.desk.phone), by, began_at, spoken_at)
    return called(dice, case, ("terminal", story.home.terminal, story.desk.phone), by, began_at, spoken_at)


def _served(dice: Dice, case: Case, story: Story, by: Actor, spoken_at: datetime) -> datetime:
    ended_at = _rung(dice, case, story, by, spoken_at)
    service_order(dice, case, story.home, story.desk, ended_at, story.ends_at)
    return ended_at


def _visited(dice: Dice, case: Case, story: Story, by: Actor, spoken_at: datetime) -> datetime:
    ended_at = _rung(dice, case, story, by, spoken_at)
    return _gone(dice, case, story, by, ended_at) + timedelta(minutes=dice.randint(6, 40))


def _gone(dice: Dice, case: Case, story: Story, by: Actor, after: datetime) -> datetime:
    """Somebody of the centre goes; when they are there."""
    responder = dice.choice(story.responders)
    sent_at = after + timedelta(seconds=dice.randint(15, 60))
    moved(case, Verb.DISPATCH, by, sent_at, responder=responder.name)
    minutes = min(58, 4 + int(dice.lognormvariate(2.1, 0.6)))
    left_at = sent_at + timedelta(seconds=dice.randint(40, 150))
    moved(case, Verb.EN_ROUTE, by, left_at, eta_minutes=minutes)
    there_at = left_at + timedelta(minutes=max(2, minutes + dice.randint(-3, 4)), seconds=dice.randint(0, 59))
    moved(case, Verb.ARRIVED, by, there_at)
    return there_at


def _emergency(dice: Dice, case: Case, story: Story, by: Actor, spoken_at: datetime) -> datetime:
    """One in three cannot speak any more. The crew is called, somebody goes, the hospital is written down."""
    silent = dice.random() < 1 / 3
    ended_at = _rung(dice, case, story, by, None if silent else spoken_at)
    outcome = OUTCOMES[story.kind]
    called_at = ended_at + timedelta(seconds=dice.randint(4, 15))
    line = ("emergency_service", None, EMERGENCY_LINES[outcome])
    ended_at = called(dice, case, line, by, called_at, called_at + timedelta(seconds=dice.randint(4, 12)))
    there_at = _gone(dice, case, story, by, ended_at)
    if outcome == "ambulance":
        _handed_over(dice, case, story, by, called_at, there_at)
    return there_at + timedelta(minutes=dice.randint(8, 35))


def _handed_over(dice: Dice, case: Case, story: Story, by: Actor, called_at: datetime, there_at: datetime) -> None:
    boat = story.home.village.ferry is not None
    vehicle_at = there_at + timedelta(minutes=dice.randint(2, 12))
    record = {
        "reference": f"120-{dice.randint(1000, 9999)}",
        "vehicle": "boat" if boat else "ambulance",
        "met_by": case.alert.responder,
        "hospital": dice.choice(HOSPITALS),
        "condition": dice.choice(CONDITIONS),
    }
    case.tell(EntryKind.HANDED_TO_120, by, vehicle_at, **record)
    case.add(
        "hand_overs",
        {
            **record,
            "alert_id": case.alert.id,
            "called_at": called_at,
            "vehicle_at": vehicle_at,
            "changed_at": vehicle_at,
            "changed_by": by.id,
            "follow_ups_at": vehicle_at,
        },
    )
    follow_ups(dice, case, story.home, story.desk, called_at, story.ends_at)


HOSPITALS: Final = ("听潮区人民医院", "望屿中心卫生院")
"""Invented, as the island is."""

CONDITIONS: Final = (
    "胸痛，意识清",
    "跌倒后髋部疼痛，不能站立",
    "意识不清，有呼吸",
    "右侧肢体无力，言语不清",
    "呼吸困难，大汗",
)


def _judged(dice: Dice, case: Case, story: Story) -> None:
    """The verdict of each alert, and the reviews that it asks for, which somebody has looked at since."""
    alert = case.alert
    at = (alert.closed_at or story.at) + timedelta(seconds=1)
    case.tell(EntryKind.AUDITED, SYSTEM, at, "conforms", policy=case.policy, deviations=[])
    course = Course(
        alert.received_at, alert.accepted_at, alert.first_voice_at, alert.type == SOS, trouble=None, deviated=False
    )
    for reason in reviews(course):
        case.tell(EntryKind.REVIEW_OPENED, SYSTEM, at, str(reason))
        closed_at = min(at + timedelta(hours=dice.randint(2, 40)), story.ends_at)
        cause, finding = dice.choice(FINDINGS)
        case.add(
            "reviews",
            {
                "alert_id": alert.id,
                "reason": str(reason),
                "opened_at": at,
                "closed_at": closed_at,
                "closed_by": story.manager.name,
                "finding": finding,
                "state": str(ReviewState.CLOSED),
                "organisation_id": alert.organisation_id,
                "owner_id": story.manager.id,
                "owner_name": story.manager.name,
                "taken_at": closed_at,
                "cause": str(cause),
            },
        )


FINDINGS: Final = (
    (Cause.DESK_BUSY, "两起来电同时到达，当班坐席只有一人，已调整班次。"),
    (Cause.DESK_BUSY, "坐席正在处理另一起，上级中心未及时接手，已提醒。"),
    (Cause.DESK_EMPTY, "交接班期间无人应答，已改为先交接后离岗。"),
)
