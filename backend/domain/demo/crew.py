"""Who works in the demo district: operators, managers, responders, their numbers, and the rosters they serve by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from backend.domain.alert.model import Actor, ActorKind
from backend.domain.demo import names
from backend.domain.demo.contacts import point
from backend.domain.demo.figures import Plan
from backend.domain.demo.land import Land, Organisation, Row
from backend.domain.demo.numbers import Numbers
from backend.domain.escalation.targets import DutyRole, ResponderKind
from backend.domain.roster.duty import on_duty
from backend.domain.roster.model import Roster, Rotation, RotationKind

_OPERATOR, _RESPONDER, _MANAGER = "operator", "responder", "manager"
HAND_OVER: Final = 8 * 60
"""Minutes of the day at which turns end."""
TURN_HOURS: Final = 12


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the crew. `staff_id`: the account that they have, or would have."""

    id: str
    name: str
    organisation: str
    roles: Sequence[str]
    responder: ResponderKind | None

    @property
    def staff_id(self) -> str:
        return self.id.replace("demo-p", "demo-staff-")

    @property
    def at_desk(self) -> Actor:
        """As the one who does something at a screen."""
        return Actor(ActorKind.STAFF, self.staff_id, self.name)


@dataclass(frozen=True, slots=True)
class Crew:
    """`rosters`: for operators, by organisation. `rows`: by table, in the order of their foreign keys."""

    members: Mapping[str, Member]
    rosters: Mapping[str, Roster]
    rows: Mapping[str, Sequence[Row]]

    def operators(self, organisation: str, at: datetime) -> list[Member]:
        """Who sits at the desk of an organisation by its roster; nobody where it has none."""
        roster = self.rosters.get(organisation)
        return [] if roster is None else [self.members[duty.person] for duty in on_duty(roster, at)]

    def of(self, organisation: str, role: str) -> list[Member]:
        """Everybody of an organisation in a role."""
        return [one for one in self.members.values() if one.organisation == organisation and role in one.roles]


def make_crew(plan: Plan, land: Land) -> Crew:
    """The same for the same seed; rosters begin on a Monday before the history."""
    hiring = _Hiring(plan)
    for town in land.towns:
        hiring.hire(town.id, 6, [_OPERATOR], None)
        hiring.hire(town.id, 1, [_MANAGER], None)
        hiring.hire(town.id, 5, [_RESPONDER], ResponderKind.RESCUE, town)
        hiring.hire(town.id, 4, [_RESPONDER], ResponderKind.FIRE_POST, town)
    for centre in land.centres:
        hiring.hire(centre.id, 1, [_OPERATOR, _RESPONDER, _MANAGER], ResponderKind.CENTRE_STAFF, centre)
        hiring.hire(centre.id, 2, [_OPERATOR, _RESPONDER], ResponderKind.CENTRE_STAFF, centre)
        hiring.hire(centre.id, 4, [_RESPONDER], ResponderKind.VOLUNTEER, centre)
    for house in land.institutions:
        hiring.hire(house.id, 1, [_MANAGER], None)
        hiring.hire(house.id, 2, [_RESPONDER], ResponderKind.CENTRE_STAFF, house)
    rosters = _Rosters(plan)
    for town in land.towns:
        rosters.round_the_clock(town.id, hiring.who(town.id, _OPERATOR))
    for centre in land.centres:
        rosters.of_centre(centre, hiring.who(centre.id, _OPERATOR))
    return Crew(hiring.members, rosters.made, {**hiring.rows, **rosters.rows})


class _Hiring:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._dice = plan.dice("crew")
        self._phone = Numbers(60)
        self.members: dict[str, Member] = {}
        self.rows: dict[str, list[Row]] = {"people": [], "contact_points": []}

    def who(self, organisation: str, role: str) -> list[str]:
        return [one.id for one in self.members.values() if one.organisation == organisation and role in one.roles]

    def hire(
        self,
        organisation: str,
        count: int,
        roles: Sequence[str],
        responder: ResponderKind | None,
        near: Organisation | None = None,
    ) -> None:
        for _ in range(count):
            name = names.person(self._dice, woman=self._dice.random() < 0.5)
            member = Member(f"demo-p{len(self.members) + 1:04d}", name, organisation, roles, responder)
            self.members[member.id] = member
            self.rows["people"].append(self._row(member, near))
            self.rows["contact_points"] += self._points(member)

    def _row(self, member: Member, near: Organisation | None) -> Row:
        dice = self._dice
        return {
            "id": member.id,
            "organisation_id": member.organisation,
            "name": member.name,
            "roles": list(member.roles),
            "responder_kind": str(member.responder) if member.responder else None,
            "staff_id": None,
            "latitude": round(near.latitude + dice.uniform(-0.008, 0.008), 5) if near else None,
            "longitude": round(near.longitude + dice.uniform(-0.008, 0.008), 5) if near else None,
            "locale": "zh-CN",
            "active": True,
            "demo": True,
        }

    def _points(self, member: Member) -> list[Row]:
        at = self._plan.ends_at - timedelta(days=self._dice.randint(self._plan.days + 8, self._plan.days + 300))
        number = self._phone()
        return [
            point("person", member.id, channel, number, position, at, at)
            for position, channel in enumerate(("sms", "voice"))
        ]


class _Rosters:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.made: dict[str, Roster] = {}
        self.rows: dict[str, list[Row]] = {"rosters": [], "roster_rotations": [], "roster_participants": []}

    def round_the_clock(self, organisation: str, people: Sequence[str]) -> None:
        """Two at a time, twelve hours each."""
        half = (len(people) + 1) // 2
        layers = [
            self._layer(organisation, 0, "A 班", people[:half]),
            self._layer(organisation, 1, "B 班", people[half:]),
        ]
        self._add(organisation, "坐席值班", layers, "always")

    def of_centre(self, centre: Organisation, people: Sequence[str]) -> None:
        """One at a time, by day while it is open; where it is always open, twelve hours each."""
        if centre.hours is None:
            self._add(centre.id, "坐席值班", [self._layer(centre.id, 0, "轮班", people)], "always")
            return
        layer = Rotation(
            id=f"{centre.id}-roster-1",
            kind=RotationKind.DAILY,
            start=self._plan.rosters_begin,
            length=1,
            hand_over=0,
            participants=tuple(people),
            name="白班",
        )
        self._add(centre.id, "坐席值班", [layer], "opening_hours", dict(centre.hours))

    def _layer(self, organisation: str, number: int, name: str, people: Sequence[str]) -> Rotation:
        return Rotation(
            id=f"{_roster_id(organisation)}-{number + 1}",
            kind=RotationKind.HOURLY,
            start=self._plan.rosters_begin,
            length=TURN_HOURS,
            hand_over=HAND_OVER,
            participants=tuple(people),
            name=name,
        )

    def _add(self, organisation: str, name: str, layers: Sequence[Rotation], needed: str, windows: Any = None) -> None:
        """`windows`: the centre's hours: it is the rotation that serves in them only."""
        id_ = _roster_id(organisation)
        self.made[organisation] = Roster(id_, organisation, DutyRole.OPERATOR, self._plan.zone, tuple(layers))
        self.rows["rosters"].append(
            {
                "id": id_,
                "organisation_id": organisation,
                "role": str(DutyRole.OPERATOR),
                "name": name,
                "time_zone": self._plan.zone.key,
                "needed": needed,
                "version": 1,
                "demo": True,
            }
        )
        for position, layer in enumerate(layers):
            self.rows["roster_rotations"].append(_rotation_row(layer, id_, position, windows))
            self.rows["roster_participants"] += [
                {"rotation_id": layer.id, "position": place, "person_id": person}
                for place, person in enumerate(layer.participants)
            ]


def _roster_id(organisation: str) -> str:
    return f"{organisation}-roster"


def _rotation_row(rotation: Rotation, roster_id: str, position: int, windows: Any) -> Row:
    return {
        "id": rotation.id,
        "roster_id": roster_id,
        "position": position,
        "name": rotation.name,
        "kind": str(rotation.kind),
        "start": rotation.start,
        "length": rotation.length,
        "hand_over": f"{rotation.hand_over // 60:02d}:{rotation.hand_over % 60:02d}",
        "windows": windows,
        "use": str(rotation.use),
    }
