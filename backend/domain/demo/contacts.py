"""Whom to call for a home of the demo district: in order, with roles, and whether the number is still right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from backend.domain.demo import figures, names
from backend.domain.demo.dice import Dice, dealt
from backend.domain.demo.figures import Plan
from backend.domain.demo.land import Row
from backend.domain.demo.numbers import Numbers

PROVED_FOR: Final = timedelta(days=365)
"""A number that nobody has proved for so long is stale."""
_CHILDREN: Final = (("儿子", False), ("女儿", True), ("儿媳", True), ("女婿", False), ("孙子", False), ("孙女", True))
_OTHERS: Final = (("侄子", False), ("外甥女", True), ("老同事", False), ("村干部", False))
_EVENINGS: Final = {day: [["18:00", "22:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}


@dataclass(frozen=True, slots=True)
class Known:
    """A contact as the history asks for it."""

    id: str
    name: str
    phone: str
    role: str
    minutes: int | None


@dataclass(frozen=True, slots=True)
class ContactCards:
    """Of one home. `neighbour`: who has the key, where it is a neighbour who is a contact as well."""

    known: Sequence[Known]
    rows: Sequence[Row]
    points: Sequence[Row]
    neighbour: str | None


def make_contacts(plan: Plan, keys: Sequence[str]) -> list[ContactCards]:
    """Of each home, by where its key is."""
    dice = plan.dice("contacts")
    counts = dealt(dice, plan.homes, figures.CONTACTS)
    stale = dealt(dice, sum(counts), {True: figures.STALE, False: 1 - figures.STALE})
    maker = _Maker(plan, dice, stale)
    return [maker.cards(counts[home], keys[home]) for home in range(plan.homes)]


class _Maker:
    def __init__(self, plan: Plan, dice: Dice, stale: list[bool]) -> None:
        self._plan = plan
        self._dice = dice
        self._stale = stale
        self._phone = Numbers(30)
        self._number = 0

    def cards(self, count: int, key: str) -> ContactCards:
        rows, points, known = [], [], []
        for position in range(count):
            neighbour = key == "neighbour" and position == 0
            row = self._row(position, neighbour)
            rows.append(row)
            points += self._points(row)
            known.append(Known(row["id"], row["name"], row["phone"], row["role"], row["minutes_away"]))
        return ContactCards(known, rows, points, known[0].name if known and key == "neighbour" else None)

    def _row(self, position: int, neighbour: bool) -> Row:
        dice = self._dice
        self._number += 1
        relation, woman = ("邻居", dice.random() < 0.6) if neighbour else dice.choice(_CHILDREN)
        if not neighbour and position >= 2 and dice.random() < 0.5:
            relation, woman = dice.choice(_OTHERS)
        return {
            "id": f"demo-c{self._number:05d}",
            "name": names.person(dice, woman=woman),
            "relation": relation,
            "phone": self._phone(),
            "position": position + 1,
            "role": _role(dice, position, neighbour),
            "minutes_away": _minutes(dice, neighbour),
            "hours": _EVENINGS if not neighbour and dice.random() < 0.08 else None,
            "proved_on": self._proved(self._stale.pop()),
        }

    def _proved(self, stale: bool) -> date | None:
        dice, today = self._dice, self._plan.today
        if stale:
            return None if dice.random() < 0.5 else today - PROVED_FOR - timedelta(days=dice.randint(1, 900))
        return today - timedelta(days=dice.randint(1, PROVED_FOR.days - 1))

    def _points(self, row: Row) -> list[Row]:
        """A text where they have a mobile, and a call; never for somebody whom nobody calls."""
        if row["role"] == "never":
            return []
        proved = row["proved_on"]
        fresh = proved is not None and self._plan.today - proved <= PROVED_FOR
        at = self._plan.ends_at - timedelta(days=(self._plan.today - proved).days) if proved is not None else None
        channels = ("sms", "voice") if self._dice.random() < 0.7 else ("voice",)
        return [
            point("contact", row["id"], channel, row["phone"], number, at if fresh else None, at or self._plan.ends_at)
            for number, channel in enumerate(channels)
        ]


def point(
    owner_kind: str, owner: str, channel: str, number: str, position: int, verified_at: Any, created_at: Any
) -> Row:
    """A way to reach somebody. Nothing leaves by it: see `notices`, and the number is nobody's."""
    return {
        "id": f"{owner}-{channel}",
        "owner_kind": owner_kind,
        "owner_id": owner,
        "channel": channel,
        "address": number,
        "position": position,
        "verified_at": verified_at,
        "disabled_at": None,
        "disabled_reason": None,
        "quiet_from": None,
        "quiet_until": None,
        "created_at": created_at,
    }


def _role(dice: Dice, position: int, neighbour: bool) -> str:
    if neighbour:
        return "key_holder"
    if position == 0:
        return "decision_maker" if dice.random() < 0.75 else "key_holder"
    return dice.choices(("key_holder", "decision_maker", "inform_only", "never"), (25, 25, 47, 3))[0]


def _minutes(dice: Dice, neighbour: bool) -> int | None:
    if neighbour:
        return dice.randint(1, 8)
    return dice.choice((10, 15, 20, 30, 45, 60, 90, 180, None))
