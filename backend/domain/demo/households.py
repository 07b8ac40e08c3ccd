"""Who lives in the demo district: homes with their residents, contacts and terminals, by the figures of issue 3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from backend.domain.demo import figures, names
from backend.domain.demo.contacts import ContactCards, Known, make_contacts
from backend.domain.demo.dice import Dice, dealt
from backend.domain.demo.figures import Plan
from backend.domain.demo.fitness import Fitness
from backend.domain.demo.land import Land, Organisation, Row, Village
from backend.domain.demo.numbers import Numbers
from backend.domain.demo.residents import Resident, make_residents

NO_SECRET: Final = ""
"""Nobody logs in as a demo device until it is given a secret of its own (`rotate`)."""
_ROOMS: Final = ("客厅", "卧室", "床头", "堂屋")


@dataclass(frozen=True, slots=True)
class Home:
    """As much of a home as its history asks for. `sensor`: its smoke sensor, where it has one."""

    id: str
    label: str
    centre: Organisation
    village: Village
    residents: Sequence[Resident]
    contacts: Sequence[Known]
    terminal: str
    room: str
    sensor: str | None
    key: str
    risk: str


@dataclass(frozen=True, slots=True)
class Households:
    """`rows`: by table, for each home its own (`rows[table]` follows the order of the homes)."""

    homes: Sequence[Home]
    rows: Sequence[Mapping[str, Sequence[Row]]]


def make_households(plan: Plan, land: Land, fitness: Sequence[Fitness]) -> Households:
    """A home at a time, so that whoever stores them can keep together what belongs together."""
    residents = make_residents(plan)
    deck = _Deck.of(plan, fitness)
    cards = make_contacts(plan, deck.keys)
    phone = Numbers(10)
    where = [village for village in land.villages for _ in range(village.homes)]
    found, rows = [], []
    counts: dict[str, int] = {}
    for number, village in enumerate(where):
        counts[village.id] = counts.get(village.id, 0) + 1
        place = _Place(number, village, counts[village.id], land.centre_of[village.id])
        home, made = _home(plan, place, deck, residents[number], cards[number], phone)
        found.append(home)
        rows.append(made)
    return Households(found, rows)


@dataclass(frozen=True, slots=True)
class _Place:
    number: int
    village: Village
    door: int
    centre: Organisation


@dataclass(frozen=True, slots=True)
class _Deck:
    """What is dealt out to the homes, so that the shares come out."""

    keys: Sequence[str]
    by_landmark: Sequence[bool]
    sensors: Sequence[bool]
    fitness: Sequence[Fitness]
    dice: Dice

    @staticmethod
    def of(plan: Plan, fitness: Sequence[Fitness]) -> _Deck:
        dice = plan.dice("homes")
        landmark = {True: figures.LANDMARK_ONLY, False: 1 - figures.LANDMARK_ONLY}
        sensors = {True: figures.SENSORS, False: 1 - figures.SENSORS}
        return _Deck(
            dealt(dice, plan.homes, figures.KEYS),
            dealt(dice, plan.homes, landmark),
            dealt(dice, plan.homes, sensors),
            fitness,
            dice,
        )


def _home(
    plan: Plan, place: _Place, deck: _Deck, people: Sequence[Resident], cards: ContactCards, phone: Numbers
) -> tuple[Home, Mapping[str, Sequence[Row]]]:
    dice, id_ = deck.dice, f"demo-h{place.number + 1:05d}"
    row = _row(place, id_, deck, people, cards, phone)
    terminal, room = f"demo-t{place.number + 1:05d}", dice.choice(_ROOMS)
    days = dice.randint(max(30, plan.days), 900 + plan.days)
    since = plan.ends_at - timedelta(days=days, minutes=dice.randint(0, 540))
    installed = deck.fitness[place.number] is not Fitness.UNINSTALLED
    devices = [_device(terminal, "terminal", id_, room, since, installed)]
    sensor = f"demo-s{place.number + 1:05d}" if deck.sensors[place.number] else None
    if sensor is not None:
        devices.append(_device(sensor, "sensor", id_, "厨房", since + timedelta(minutes=20), True))
    risk = "high" if any(one.row["risk"] == "high" for one in people) else "normal"
    home = Home(
        id_, row["label"], place.centre, place.village, people, cards.known, terminal, room, sensor,
        row["key_kind"], risk,
    )  # fmt: skip
    made: dict[str, Sequence[Row]] = {
        "homes": [row],
        "residents": [{**one.row, "home_id": id_} for one in people],
        "contacts": [{**card, "home_id": id_} for card in cards.rows],
        "contact_points": cards.points,
        "devices": devices,
    }
    return home, made


def _row(place: _Place, id_: str, deck: _Deck, people: Sequence[Resident], cards: ContactCards, phone: Numbers) -> Row:
    dice, village, key = deck.dice, place.village, deck.keys[place.number]
    only_landmark = deck.by_landmark[place.number]
    street = f"{names.TOWNS[village.town]}{village.name}"
    door = f"{people[0].name}家" if only_landmark else f"{place.door} 号"
    own_point = dice.random() < 0.6
    return {
        "id": id_,
        "label": f"{figures.MARK}{village.name} {door}",
        "address": street if only_landmark else f"{street}{place.door}号",
        "landmark": names.landmark(dice) if only_landmark or dice.random() < 0.3 else None,
        "entry": _entry(dice, key, cards),
        "phone": phone() if dice.random() < 0.55 else None,
        "synthetic": False,
        # Most name their centre; the others are found by their village.
        "organisation_id": place.centre.id if dice.random() < 0.85 else None,
        "village_id": village.id,
        "latitude": round(village.latitude + dice.uniform(-0.004, 0.004), 5) if own_point else None,
        "longitude": round(village.longitude + dice.uniform(-0.004, 0.004), 5) if own_point else None,
        "hazards": _hazards(dice),
        "key_kind": key,
        "demo": True,
    }


def _entry(dice: Dice, key: str, cards: ContactCards) -> str | None:
    if key == "neighbour":
        return f"钥匙在邻居{cards.neighbour}家" if cards.neighbour else "钥匙在隔壁邻居家"
    if key == "code":
        return "门旁密码盒，密码问中心"
    return dice.choice((None, None, "院门不锁，房门从里面闩", "后门好开", "三楼，无电梯"))


def _hazards(dice: Dice) -> list[str] | None:
    found = [name for name, share in (("dog", 0.06), ("infection", 0.01), ("violence", 0.004)) if dice.random() < share]
    return found or None


def _device(id_: str, kind: str, home_id: str, room: str, since: datetime, installed: bool) -> Row:
    return {
        "id": id_,
        "kind": kind,
        "state": "installed" if installed else "enrolled",
        "home_id": home_id,
        "room": room,
        # A simulator may drive it.
        "synthetic": True,
        "secret_hash": NO_SECRET,
        "created_at": since,
        "state_since": since,
    }
