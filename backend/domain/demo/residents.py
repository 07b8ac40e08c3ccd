"""The residents of the demo district: couples, ages, who is alone, what the card says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from backend.domain.demo import figures, names
from backend.domain.demo.dice import Dice, dealt
from backend.domain.demo.figures import Plan
from backend.domain.demo.land import Row
from backend.domain.demo.numbers import Numbers

DIALECT: Final = "听潮话"
"""Invented, as the island is."""
_CONDITIONS: Final = (
    "高血压",
    "糖尿病",
    "冠心病",
    "房颤",
    "慢阻肺",
    "脑梗后遗症",
    "骨质疏松",
    "帕金森病",
    "白内障",
    "膝关节炎",
    "心衰",
)
_MEDICINES: Final = ("降压药", "降糖药", "阿司匹林", "抗凝药", "利尿药", "吸入剂", "安眠药", "止痛药")
_WOMEN: Final = 0.57
_SAME_NAME_EVERY: Final = 150
"""One resident in so many has the name of somebody else, besides those that meet by chance."""


@dataclass(frozen=True, slots=True)
class Resident:
    """`row`: all but the home."""

    id: str
    name: str
    row: Row


def make_residents(plan: Plan) -> list[list[Resident]]:
    """Of each home, one or two."""
    dice = plan.dice("residents")
    couples = round(plan.homes * figures.COUPLES)
    count = plan.homes + couples
    ages = _by_home(dice, dealt(dice, count, figures.AGES), couples)
    alone = round(count * figures.ALONE)
    living_alone = dealt(dice, plan.homes - couples, {True: alone, False: max(0, plan.homes - couples - alone)})
    made = _Cards(plan, dice, count)
    homes = [
        [made.card(age, woman=number == 1, alone=False) for number, age in enumerate(pair)]
        if len(pair) == 2
        else [made.card(pair[0], woman=dice.random() < _WOMEN, alone=living_alone.pop())]
        for pair in ages
    ]
    return _namesakes(dice, homes)


def _by_home(dice: Dice, decades: list[int], couples: int) -> list[tuple[int, ...]]:
    """Couples of about one age, anywhere in the district."""
    paired = sorted(decades[: 2 * couples])
    homes: list[tuple[int, ...]] = [(paired[2 * one], paired[2 * one + 1]) for one in range(couples)]
    homes += [(decade,) for decade in decades[2 * couples :]]
    dice.shuffle(homes)
    return homes


class _Cards:
    """Deals out what the card says."""

    def __init__(self, plan: Plan, dice: Dice, count: int) -> None:
        self._plan = plan
        self._dice = dice
        self._number = 0
        self._phone = Numbers(20)
        self._dialect = dealt(dice, count, {DIALECT: figures.DIALECT, "": 1 - figures.DIALECT})
        self._hearing = dealt(dice, count, figures.HEARING)
        self._cognition = dealt(dice, count, figures.COGNITION)
        self._speech = dealt(dice, count, figures.SPEECH)
        self._status = dealt(dice, count, figures.STATUS)

    def card(self, decade: int, *, woman: bool, alone: bool) -> Resident:
        dice, number = self._dice, self._number
        self._number += 1
        age = decade + (min(9, int(dice.expovariate(0.5))) if decade == 90 else dice.randint(0, 9))
        name = names.person(dice, woman=woman, elder=True)
        cognition = self._cognition[number]
        id_ = f"demo-r{number + 1:05d}"
        row = {
            "id": id_,
            "name": name,
            "birth_year": self._plan.today.year - age,
            "lives_alone": alone,
            "dialect": self._dialect[number] or None,
            "hearing": self._hearing[number],
            "speech": self._speech[number],
            "cognition": cognition,
            "conditions": _some(dice, _CONDITIONS, 3),
            "medicines": _some(dice, _MEDICINES, 2),
            "status": self._status[number],
            "phone": self._phone() if dice.random() < 0.7 else None,
            "risk": "high" if cognition != "normal" or (alone and age >= 88) else "normal",
        }
        return Resident(id_, name, row)


def _some(dice: Dice, of: Sequence[str], most: int) -> str | None:
    return "、".join(dice.sample(of, dice.randint(0, most))) or None


def _namesakes(dice: Dice, homes: list[list[Resident]]) -> list[list[Resident]]:
    """Some are called as somebody else: an operator must not go by the name alone. Mostly a neighbour in the list."""
    for _ in range(max(1, len(homes) // _SAME_NAME_EVERY)):
        one = dice.randrange(len(homes) - 1)
        other = one + 1 if dice.random() < 0.5 else dice.randrange(len(homes))
        if other == one:
            continue
        named, renamed = homes[one][0], homes[other][0]
        homes[other][0] = Resident(renamed.id, named.name, {**renamed.row, "name": named.name})
    return homes
