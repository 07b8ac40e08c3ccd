"""What happened in the demo district in its past: who called for help when, what for, and how soon somebody had it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final

from backend.domain.demo import figures
from backend.domain.demo.care import tell
from backend.domain.demo.cases import Case, Counters, Desk
from backend.domain.demo.crew import Crew
from backend.domain.demo.dice import Dice, dealt, happened
from backend.domain.demo.figures import Plan
from backend.domain.demo.households import Home
from backend.domain.demo.land import CENTRE_HOURS, Land, Organisation
from backend.domain.demo.story import Kind, Pace, Speed, Story
from backend.domain.demo.terminals import Terminals

APART: Final = timedelta(hours=4)
"""At least so long between two calls of one home: each is over before the next."""
LONGEST: Final = timedelta(hours=3)
"""No call lasts longer, so everything is over when the history ends."""
TRIES: Final = 60
_BY_HOUR: Final = (3, 2, 2, 2, 3, 5, 8, 10, 11, 11, 10, 9, 8, 7, 8, 9, 9, 9, 9, 8, 7, 6, 5, 4)
"""How the calls of a day are spread over its hours: most in the morning, few at night."""


@dataclass(slots=True)
class Past:
    """The cases, and afterwards what each device's numbers have come to."""

    plan: Plan
    land: Land
    crew: Crew
    homes: Sequence[Home]
    terminals: Terminals
    counters: dict[str, Counters] = field(default_factory=dict)
    _busy_until: dict[str, datetime] = field(default_factory=dict)

    def cases(self) -> Iterator[Case]:
        """The oldest first; to be run through once."""
        dice = self.plan.dice("history")
        moments = self._moments(dice)
        kinds = _kinds(dice, self.plan, len(moments))
        paces = dealt(dice, len(moments), {Pace(name): share for name, share in figures.PACES.items()})
        desks = _Desks(self.plan, self.land, self.crew)
        for at, kind, pace in zip(moments, kinds, paces, strict=True):
            home = self._home(dice, kind, at)
            if home is not None:
                self._busy_until[home.id] = at + APART
                yield tell(dice, self._story(dice, home, kind, pace, at, desks.at(dice, home, at)))

    def _moments(self, dice: Dice) -> list[datetime]:
        found = []
        for back in range(self.plan.days, 0, -1):
            day = self.plan.today - timedelta(days=back)
            for _ in range(happened(dice, figures.CONTACTS_A_DAY * self.plan.homes)):
                hour = dice.choices(range(24), _BY_HOUR)[0]
                at = self.plan.local(day, time(hour, dice.randint(0, 59), dice.randint(0, 59)))
                found.append(min(at, self.plan.ends_at - LONGEST - timedelta(seconds=dice.randint(1, 3599))))
        return sorted(found)

    def _home(self, dice: Dice, kind: Kind, at: datetime) -> Home | None:
        """One whose device was heard then and is not busy; in a very small district there may be none."""
        for _ in range(TRIES):
            number = dice.randrange(len(self.homes))
            home, until = self.homes[number], self.terminals.heard_until[number]
            heard = until is not None and at + LONGEST < until
            if heard and at >= self._busy_until.get(home.id, at) and (home.sensor is not None or not kind.by_sensor):
                return home
        return None

    def _story(self, dice: Dice, home: Home, kind: Kind, pace: Pace, at: datetime, desk: Desk) -> Story:
        device = home.sensor if kind.by_sensor and home.sensor is not None else home.terminal
        counters = self.counters.setdefault(device, Counters())
        bosses = self.crew.of(desk.desk, "manager")
        return Story(
            kind=kind,
            speed=Speed.of(dice, pace),
            home=home,
            at=at,
            desk=desk,
            counters=counters,
            open=desk.responsible == desk.desk,
            manager=dice.choice(bosses),
            responders=self.crew.of(home.centre.id, "responder"),
            ends_at=self.plan.ends_at,
        )


def _kinds(dice: Dice, plan: Plan, count: int) -> list[Kind]:
    """So many emergencies as the span has at the published rate, at least one a fortnight; the rest as usual."""
    least = 1 if plan.days >= 14 else 0
    emergencies = min(count, max(least, round(figures.EMERGENCIES_A_DAY * plan.homes * plan.days)))
    grave = dealt(dice, emergencies, {Kind(name): share for name, share in figures.EMERGENCY_KINDS.items()})
    usual = {Kind(name): share for name, share in figures.CONTACT_KINDS.items()}
    kinds = [*grave, *dealt(dice, count - emergencies, usual)]
    dice.shuffle(kinds)
    return kinds


class _Desks:
    def __init__(self, plan: Plan, land: Land, crew: Crew) -> None:
        self._plan = plan
        self._crew = crew
        every: Sequence[Organisation] = (*land.towns, *land.centres)
        self._known: Mapping[str, Organisation] = {one.id: one for one in every}

    def at(self, dice: Dice, home: Home, at: datetime) -> Desk:
        """The centre while it is open, else where its calls go by night, else its town, which always is."""
        centre = home.centre
        for id_ in (centre.id, centre.night, centre.parent):
            if id_ is None or not self._open(self._known[id_], at):
                continue
            present = self._crew.operators(id_, at)
            if present:
                dice.shuffle(present)
                here = self._known[id_]
                return Desk(centre.id, id_, here.name, here.phone, present)
        raise ValueError(f"nobody is on duty for {centre.id}")

    def _open(self, organisation: Organisation, at: datetime) -> bool:
        if organisation.hours is None:
            return True
        local = at.astimezone(self._plan.zone)
        opens, closes = CENTRE_HOURS[local.strftime("%a").lower()][0]
        return opens <= local.strftime("%H:%M") < closes
