"""Sent, received, answered, lost: each day becomes a statement, and what is tampered with is found."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update

from backend.adapters.db.accounting import statements
from backend.adapters.db.alarm import events
from backend.adapters.db.engine import writing
from backend.domain.accounting.chain import GENESIS, Link, canonical, hash_of
from backend.domain.accounting.day import Figures
from backend.services.accounting.prove import FaultKind
from backend.services.accounting.state_days import AT_ONCE
from backend.services.accounting.views import StatementState
from tests.harness.accounting import Books
from tests.harness.alarm import Alarm

DAY = date(2026, 11, 24)
NOON_TO_NIGHT = timedelta(hours=13)
"""From the harness's 11:12 to after midnight there."""


def night(books: Books) -> int:
    """The day ends and is stated."""
    books.alarm.clock.turn(timedelta(days=1) if books.chain() else NOON_TO_NIGHT)
    return books.state_all()


def fill(books: Books, days: int = 1) -> None:
    """A few devices, of which some lose presses, for so many days; each day is stated."""
    for number in range(days):
        first = 4 * number + 1
        for device in ("T1", "T2", "T3"):
            books.confirm(books.press(device, first), confirmed=device != "T3")
        books.press("T1", first + 2)
        books.confirm(books.press("T2", first + 1, first + 3))
        night(books)


def test_the_figures_of_a_day(alarm: Alarm, books: Books) -> None:
    alarm.enrol("T1")
    books.confirm(books.press("T1", 1))
    books.confirm(books.press("T1", 4), confirmed=False)
    books.press("T1", 5)
    books.alarm.send(books.item("T1", seq=6), books.item("T1", boot=None))
    assert night(books) == 2

    found = books.statement(DAY)
    assert found.state is StatementState.STATED
    (line,) = found.lines
    sos = Figures(sent=5, received=3, lost=2, owed=3, answered=1, unconfirmed=1)
    assert line.sos == sos == found.district.sos
    assert line.events == Figures(sent=6, received=4, lost=2, unnumbered=1, owed=5, answered=1, unconfirmed=1)
    assert found.district.hash == books.proof().tip
    assert books.proof().faults == ()

    # What comes after all on the next day is found there; the day before stays as it was.
    books.press("T1", 2)
    night(books)
    after = books.statement(DAY + timedelta(days=1))
    assert (after.lines[0].sos.found, after.lines[0].sos.lost, after.lines[0].sos.sent) == (1, 0, 0)
    assert books.statement(DAY).lines[0].sos == sos
    assert books.proof().faults == ()


def test_an_answer_that_is_confirmed_later_changes_no_statement(books: Books) -> None:
    answer = books.press("T1", 1)
    night(books)
    books.confirm(answer)
    assert books.proof().faults == ()
    assert books.statement(DAY).district.sos.owed == 1
    assert books.statement(DAY).district.sos.answered == 0


def test_a_terminal_that_asks_again_takes_no_confirmation_back(alarm: Alarm, books: Books) -> None:
    item = books.item("T1", 1)
    books.confirm(alarm.send(item))
    alarm.clock.turn(timedelta(minutes=5))
    alarm.send(books.alarm.item("T1", json.loads(bytes(item.event))))
    night(books)
    assert books.statement(DAY).district.sos.answered == 1


def test_until_it_is_stated_a_day_is_worked_out(books: Books) -> None:
    books.confirm(books.press("T1", 1, 3))
    now = books.statement(books.today())
    assert now.state is StatementState.PROVISIONAL
    assert (now.district.sos.sent, now.district.sos.lost, now.district.sos.answered) == (3, 1, 2)
    # Nothing is stated at midnight itself: the last second's presses may not be committed yet.
    books.alarm.clock.turn(timedelta(hours=12, minutes=50))
    assert books.today() == DAY + timedelta(days=1)
    assert books.state_all() == 0
    assert books.statement(DAY).state is StatementState.PROVISIONAL
    assert books.proof().faults == ()


def test_days_without_a_backend_are_caught_up_in_order(books: Books) -> None:
    books.press("T1", 1)
    books.alarm.clock.turn(timedelta(days=3))
    books.press("T1", 2)
    books.alarm.clock.turn(timedelta(days=1))
    assert books.state_all() == 6
    assert [(body["day"], body["device_id"]) for body in books.chain()] == [
        ("2026-11-24", "T1"),
        ("2026-11-24", ""),
        ("2026-11-25", ""),
        ("2026-11-26", ""),
        ("2026-11-27", "T1"),
        ("2026-11-27", ""),
    ]
    assert books.proof().faults == ()


def test_a_day_is_stated_in_portions_and_goes_on_after_a_death(books: Books) -> None:
    devices = AT_ONCE + 5
    row = {
        "event_id": "e",
        "variant": "v",
        "readable": True,
        "type": "care.checkin.pressed",
        "received_at": books.alarm.clock.now(),
        "stored_at": books.alarm.clock.now(),
        "retained": False,
        "gateway": "gw1",
        "payload": b"",
        "flags": [],
        "boot": 1,
        "seq": 7,
    }
    with writing(books.alarm.engine) as connection:
        connection.execute(insert(events), [{**row, "device_id": f"D{number:04}"} for number in range(devices)])
        connection.commit()
    books.alarm.clock.turn(NOON_TO_NIGHT)
    assert books.state() == AT_ONCE  # and here the process dies
    assert books.proof().faults == ()
    assert books.state_all() == 6
    (*_, district) = books.chain()
    assert (district["devices"], district["events"]["received"]) == (devices, devices)
    assert books.proof().faults == ()


def test_two_processes_state_a_day_once(books: Books) -> None:
    books.press("T1", 1)
    books.alarm.clock.turn(NOON_TO_NIGHT)
    other = replace(books.state, reader=_Stale(books))  # type: ignore[arg-type]
    assert books.state_all() == 2
    assert other() == 0
    assert len(books.chain()) == 2


class _Stale:
    """A reader that saw the chain before another process lengthened it."""

    def __init__(self, books: Books) -> None:
        self._reader = books.reader
        self.tip = lambda: None

    def __getattr__(self, name: str) -> object:
        return getattr(self._reader, name)


# Sabotage: each draws its victim at run time.

Dice = random.Random


def _all(connection: Connection) -> list[Link]:
    return [Link(**row) for row in connection.execute(select(statements).order_by(statements.c.position)).mappings()]


def _replace_from(connection: Connection, first: int, links: list[Link]) -> None:
    connection.execute(delete(statements).where(statements.c.position >= first))
    connection.execute(insert(statements), [asdict(one) for one in links])


def change_a_figure(connection: Connection, dice: Dice) -> None:
    victim = dice.choice(_all(connection))
    body = victim.body.replace('"lost":', f'"lost":{dice.randint(1, 9)}', 1)
    connection.execute(update(statements).where(statements.c.position == victim.position).values(body=body))


def change_a_figure_and_its_hash(connection: Connection, dice: Dice) -> None:
    victim = dice.choice(_all(connection)[:-1])
    body = victim.body.replace('"received":', f'"received":{dice.randint(1, 9)}', 1)
    values = {"body": body, "hash": hash_of(body, victim.previous_hash)}
    connection.execute(update(statements).where(statements.c.position == victim.position).values(**values))


def change_a_figure_and_the_whole_chain_after_it(connection: Connection, dice: Dice) -> None:
    links = _all(connection)
    place = dice.randrange(len(links))
    links[place] = replace(links[place], body=links[place].body.replace('"sent":', f'"sent":{dice.randint(1, 9)}', 1))
    made, previous = [], GENESIS
    for one in links:
        made.append(replace(one, previous_hash=previous, hash=hash_of(one.body, previous)))
        previous = made[-1].hash
    _replace_from(connection, 1, made)


def take_one_out(connection: Connection, dice: Dice) -> None:
    victim = dice.choice(_all(connection))
    connection.execute(delete(statements).where(statements.c.position == victim.position))


def take_one_out_and_close_the_chain(connection: Connection, dice: Dice) -> None:
    links = _all(connection)
    del links[dice.randrange(len(links))]
    made, previous = [], GENESIS
    for position, one in enumerate(links, start=1):
        body = canonical({**json.loads(one.body), "position": position})
        made.append(replace(one, position=position, body=body, previous_hash=previous, hash=hash_of(body, previous)))
        previous = made[-1].hash
    _replace_from(connection, 1, made)


def cut_off_the_end(connection: Connection, dice: Dice) -> None:
    links = _all(connection)
    connection.execute(delete(statements).where(statements.c.position > dice.randint(0, len(links) - 1)))


def swap_two(connection: Connection, dice: Dice) -> None:
    one, other = dice.sample(_all(connection), 2)
    for place, content in ((one, other), (other, one)):
        values = {"body": content.body, "hash": content.hash, "previous_hash": content.previous_hash}
        connection.execute(update(statements).where(statements.c.position == place.position).values(**values))


def invent_a_device(connection: Connection, dice: Dice) -> None:
    links = _all(connection)
    last = links[-1]
    body = canonical({**json.loads(dice.choice(links).body), "device_id": "X", "position": last.position + 1})
    day = json.loads(body)["day"]
    forged = Link(last.position + 1, day, "X", body, last.hash, hash_of(body, last.hash))
    connection.execute(insert(statements).values(**asdict(forged)))


def delete_an_event(connection: Connection, dice: Dice) -> None:
    ids = connection.scalars(select(events.c.id)).all()
    connection.execute(delete(events).where(events.c.id == dice.choice(ids)))


def renumber_an_event(connection: Connection, dice: Dice) -> None:
    ids = connection.scalars(select(events.c.id)).all()
    connection.execute(update(events).where(events.c.id == dice.choice(ids)).values(sos_seq=events.c.sos_seq + 100))


def deny_an_answer(connection: Connection, dice: Dice) -> None:
    answered = connection.scalars(select(events.c.id).where(events.c.answer_confirmed_at.is_not(None))).all()
    chosen = dice.choice(answered)
    connection.execute(update(events).where(events.c.id == chosen).values(answer_confirmed_at=None))


SABOTAGES: list[Callable[[Connection, Dice], None]] = [
    change_a_figure,
    change_a_figure_and_its_hash,
    change_a_figure_and_the_whole_chain_after_it,
    take_one_out,
    take_one_out_and_close_the_chain,
    cut_off_the_end,
    swap_two,
    invent_a_device,
    delete_an_event,
    renumber_an_event,
    deny_an_answer,
]


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda one: one.__name__)
def test_sabotage_is_found(books: Books, sabotage: Callable[[Connection, Dice], None]) -> None:
    fill(books, days=2)
    # Statements are due two hours after midnight at the latest: a cut end shows from then on.
    books.alarm.clock.turn(timedelta(hours=2))
    assert books.proof().faults == ()
    seed = random.SystemRandom().randrange(2**32)
    with writing(books.alarm.engine) as connection:
        sabotage(connection, random.Random(seed))
        connection.commit()
    assert books.faults(), f"{sabotage.__name__} with dice {seed} was not found"


def test_a_chain_that_was_removed_altogether_is_found(books: Books) -> None:
    fill(books)
    books.alarm.clock.turn(timedelta(hours=2))
    with writing(books.alarm.engine) as connection:
        connection.execute(delete(statements))
        assert connection.scalar(select(func.count()).select_from(statements)) == 0
        connection.commit()
    assert books.faults() == {FaultKind.MISSING_DAY}
