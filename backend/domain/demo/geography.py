"""How the demo district's places are laid out: where each is, how large, when it is open, and who serves which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil
from typing import Final

from backend.domain.demo import figures, names
from backend.domain.demo.dice import Dice
from backend.domain.demo.figures import Plan
from backend.domain.demo.land import CENTRE_HOURS, DISTRICT, WEEK, Land, Organisation, Row, Village
from backend.domain.demo.numbers import Numbers

MIDDLE: Final = (29.60, 124.40)
"""Open sea, a hundred miles off every coast: nobody lives there."""

_DAY_CARE: Final = {day: [["07:30", "18:00"]] for day in WEEK}

_WORKSHOP: Final = {day: [["08:30", "17:30"]] for day in WEEK[:6]}

_FERRIES: Final = ("15:30", "16:00", "16:30", "17:00", "16:30", "15:30")

_OUTER_TOWNS: Final = (4, 3, 4, 3, 4, 3)
"""The town of each outer island."""

_CENTRE_PROVIDES: Final = ["service_request", "welfare_call", "follow_up_24h", "follow_up_72h", "contact_check"]


def make_land(plan: Plan) -> Land:
    """The same for the same seed and number of homes."""
    dice, phone = plan.dice("land"), Numbers(0)
    villages = _villages(dice, plan.homes)
    towns = _towns(dice, phone)
    centres, centre_of = _centres(plan.dice("centres"), phone, towns, villages)
    institutions = _institutions(plan.dice("institutions"), phone, towns)
    rows = {
        "organisations": [
            *(_row(one, "town", ["repair", "welfare_call", "contact_check", "other"]) for one in towns),
            *(_row(one, "village", _CENTRE_PROVIDES) for one in centres),
            *(_row(one, "institution", _provided(one)) for one in institutions),
        ],
        "villages": [_village_row(village, towns) for village in villages],
        "catchments": _catchments(plan.dice("catchments"), villages, centres, centre_of),
    }
    operators = plan.dice("operators")
    for row in rows["organisations"]:
        row["operator"] = operators.choice(names.OPERATORS) if operators.random() < 0.6 else None
    return Land(towns, centres, institutions, villages, centre_of, rows)


def _villages(dice: Dice, homes: int) -> list[Village]:
    """72 of them, more where there are more homes than these can hold; 8 to 70 homes in each that is lived in."""
    inhabited = max(
        ceil(homes / figures.VILLAGE_MOST),
        min(homes // figures.VILLAGE_LEAST, round(homes / figures.VILLAGE_MEAN) or 1),
    )
    sizes = _sizes(dice, homes, inhabited)
    sizes += [0] * (figures.CENTRES - inhabited)
    outer = _outer(dice, sizes, homes)
    called = names.villages(dice, len(sizes))
    return [_village(dice, number, called[number], size, number in outer) for number, size in enumerate(sizes)]


def _sizes(dice: Dice, homes: int, villages: int) -> list[int]:
    sizes = [figures.VILLAGE_LEAST] * villages
    weights = [dice.lognormvariate(0, 0.7) for _ in sizes]
    left = homes - sum(sizes)
    while left > 0:
        for index in dice.choices(range(villages), weights, k=left):
            if sizes[index] < figures.VILLAGE_MOST:
                sizes[index] += 1
                left -= 1
            else:
                weights[index] = 0.0
        if not any(weights):
            weights = [1.0 if size < figures.VILLAGE_MOST else 0.0 for size in sizes]
    return sizes


def _outer(dice: Dice, sizes: Sequence[int], homes: int) -> set[int]:
    """Villages that come as near to a fifth of the homes as they can, and a fifth of those without any."""
    goal, outer, sum_ = homes * figures.OUTER, set[int](), 0
    order = list(range(len(sizes)))
    dice.shuffle(order)
    for index in order:
        nearer = abs(sum_ + sizes[index] - goal) < abs(sum_ - goal)
        if (nearer and sum_ + sizes[index] <= goal * 1.02) or (not sizes[index] and dice.random() < figures.OUTER):
            outer.add(index)
            sum_ += sizes[index]
    if not sum_:
        outer.add(min((index for index in order if sizes[index]), key=lambda index: (sizes[index], index)))
    return outer


def _village(dice: Dice, number: int, name: str, homes: int, outer: bool) -> Village:
    island = dice.randrange(len(names.OUTER_ISLANDS))
    town = _OUTER_TOWNS[island] if outer else dice.choices((0, 1, 2, 3), (30, 27, 25, 18))[0]
    if outer:
        base = (MIDDLE[0] - 0.25 - 0.08 * (island % 3), MIDDLE[1] + 0.3 + 0.1 * (island // 3))
    else:
        base = (MIDDLE[0] + 0.07 * (town // 2), MIDDLE[1] + 0.08 * (town % 2))
    return Village(
        id=f"demo-v{number + 1:03d}",
        name=name,
        town=town,
        island=names.OUTER_ISLANDS[island] if outer else names.MAIN_ISLAND,
        ferry=_FERRIES[island] if outer else None,
        latitude=round(base[0] + dice.uniform(-0.02, 0.02), 5),
        longitude=round(base[1] + dice.uniform(-0.02, 0.02), 5),
        homes=homes,
    )


def _towns(dice: Dice, phone: Numbers) -> list[Organisation]:
    return [
        Organisation(
            id=f"demo-town-{number + 1}",
            name=f"{name}为老服务中心",
            parent=DISTRICT,
            phone=phone(),
            latitude=round(MIDDLE[0] + 0.07 * (number // 2) + dice.uniform(-0.005, 0.005), 5),
            longitude=round(MIDDLE[1] + 0.08 * (number % 2) + dice.uniform(-0.005, 0.005), 5),
        )
        for number, name in enumerate(names.TOWNS)
    ]


def _centres(
    dice: Dice, phone: Numbers, towns: Sequence[Organisation], villages: Sequence[Village]
) -> tuple[list[Organisation], dict[str, Organisation]]:
    """One in each of the first 72 villages; all but four close, and by night most are answered by their town."""
    always = set(dice.sample(range(figures.CENTRES), figures.CENTRES_ALWAYS_OPEN))
    centres = [
        Organisation(
            id=f"demo-centre-{number + 1:02d}",
            name=f"{village.name}养老服务中心",
            parent=towns[village.town].id,
            phone=phone(),
            latitude=village.latitude,
            longitude=village.longitude,
            hours=None if number in always else CENTRE_HOURS,
        )
        for number, village in enumerate(villages[: figures.CENTRES])
    ]
    beside = {centres[number].parent: centres[number].id for number in sorted(always)}
    centres = [_with_night(dice, centre, beside) for centre in centres]
    by_town: dict[int, list[Organisation]] = {}
    for village, centre in zip(villages, centres, strict=False):
        by_town.setdefault(village.town, []).append(centre)
    centre_of = {village.id: centre for village, centre in zip(villages, centres, strict=False)}
    for village in villages[figures.CENTRES :]:
        centre_of[village.id] = dice.choice(by_town.get(village.town) or centres)
    return centres, centre_of


def _with_night(dice: Dice, centre: Organisation, beside: Mapping[str, str]) -> Organisation:
    if centre.hours is None:
        return centre
    near = beside.get(centre.parent)
    return replace(centre, night=near if near is not None and dice.random() < 0.2 else centre.parent)


def _institutions(dice: Dice, phone: Numbers, towns: Sequence[Organisation]) -> list[Organisation]:
    """35 that are lived in, 10 for the day, 5 workshops that mend devices."""
    called = names.nursing_homes(dice, 35)
    called += [f"{name}日间照料中心" for name in names.villages(dice, 10)]
    called += [f"{town}设备维护站" for town in names.TOWNS]
    hours = [None] * 35 + [_DAY_CARE] * 10 + [_WORKSHOP] * 5
    found = []
    for number, name in enumerate(called):
        town = towns[number % figures.TOWNS]
        found.append(
            Organisation(
                id=f"demo-house-{number + 1:02d}",
                name=name,
                parent=town.id,
                phone=phone(),
                latitude=round(town.latitude + dice.uniform(-0.02, 0.02), 5),
                longitude=round(town.longitude + dice.uniform(-0.02, 0.02), 5),
                hours=hours[number],
            )
        )
    return found


def _provided(institution: Organisation) -> list[str]:
    if institution.name.endswith("设备维护站"):
        return ["repair"]
    return ["service_request"] if institution.hours is not None else []


def _row(one: Organisation, kind: str, provides: Sequence[str]) -> Row:
    return {
        "id": one.id,
        "parent_id": one.parent,
        "kind": kind,
        "name": figures.MARK + one.name,
        "operator": None,
        "phone": one.phone,
        "hours": one.hours,
        "night_organisation_id": one.night,
        "latitude": one.latitude,
        "longitude": one.longitude,
        "provides": list(provides),
        "disabled": False,
        "demo": True,
    }


def _village_row(village: Village, towns: Sequence[Organisation]) -> Row:
    return {
        "id": village.id,
        "name": village.name,
        "town_id": towns[village.town].id,
        "island": village.island,
        "outer_island": village.ferry is not None,
        "last_ferry": village.ferry,
        "latitude": village.latitude,
        "longitude": village.longitude,
        "demo": True,
    }


def _catchments(
    dice: Dice, villages: Sequence[Village], centres: Sequence[Organisation], centre_of: Mapping[str, Organisation]
) -> list[Row]:
    """Its own centre first; a third of the villages are served by another one of the town as well."""
    rows = []
    for village in villages:
        own = centre_of[village.id]
        rows.append({"organisation_id": own.id, "village_id": village.id, "position": 0})
        others = [one for one in centres if one.parent == own.parent and one.id != own.id]
        if others and dice.random() < 1 / 3:
            rows.append({"organisation_id": dice.choice(others).id, "village_id": village.id, "position": 1})
    return rows
