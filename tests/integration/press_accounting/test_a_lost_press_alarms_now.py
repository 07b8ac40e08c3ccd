"""A gap in a terminal's own count of its SOS presses is an urgent alert in the transaction that finds it out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update

from backend.adapters.db.accounting import accounts
from backend.adapters.db.alarm_store import AlarmSql
from backend.adapters.db.engine import is_sqlite, writing
from backend.domain.accounting.findings import Finding
from backend.domain.alert.lifecycle import Verb
from backend.services.alarm.ingest_events import IngestEvents
from backend.services.alarm.oddities import Odd
from backend.services.alarm.ports import Clock
from contract.vocabulary import PRESS_MISSING, SOS, Flag, IngestOutcome, Severity
from tests.harness.accounting import Books
from tests.harness.alarm import Alarm, Uuids

T = "T1"


@pytest.fixture(autouse=True)
def _enrolled(alarm: Alarm) -> None:
    alarm.enrol(T)


def test_a_gap_is_an_urgent_alert_at_once(alarm: Alarm, books: Books) -> None:
    books.press(T, 1)
    assert books.missing() is None
    answer = books.press(T, 4)
    alert = books.missing()
    assert alert is not None
    assert (alert.severity, alert.count, alert.flags) == (Severity.URGENT, 2, [Flag.SOS_GAP])
    assert alert.home is not None
    (raised,) = alarm.detail(alert.id).timeline
    assert (raised.kind, raised.reason, raised.detail["numbers"], raised.detail["lost"]) == ("raised", "2-3", "2-3", 2)
    # It is no answer to anything, and the press itself is answered as ever.
    assert [command.args["stage"] for command in answer.commands] == ["received"]
    assert list(alarm.detail(alert.id).commands) == []
    assert books.odd().count(Odd.SOS_GAP) == 1


def test_further_gaps_count_on_the_one_alert_and_ring(alarm: Alarm, books: Books) -> None:
    books.press(T, 1)
    books.press(T, 3)
    first = books.missing()
    assert first is not None
    alarm.do(Verb.ACCEPT, first.id)
    books.press(T, 6)
    again = books.missing()
    assert again is not None
    assert (again.id, again.count, again.ring_seq) == (first.id, 3, first.ring_seq + 1)
    assert alarm.kinds(first.id) == ["raised", "accepted", "press_missing"]
    assert alarm.detail(first.id).timeline[-1].detail["numbers"] == "4-5"


def test_the_same_batch_again_changes_nothing(alarm: Alarm, books: Books) -> None:
    items = [books.item(T, 1), books.item(T, 3)]
    alarm.send(*items)
    before = books.missing()
    for gateway in ("gw1", "gw2"):
        assert {o.outcome for o in alarm.send(*items, gateway=gateway).outcomes} == {IngestOutcome.DUPLICATE}
    assert books.missing() == before


@pytest.mark.parametrize("order", [(1, 3, 2), (3, 2, 1), (2, 3, 1)])
def test_another_order_within_one_batch_is_no_gap(books: Books, order: tuple[int, ...]) -> None:
    books.press(T, *order)
    assert books.missing() is None
    found = books.presses(T)
    assert found is not None
    assert (found.account.sos.sent, found.account.sos.missing) == (3, 0)


def test_one_that_comes_after_all_is_told_and_closes_nothing(alarm: Alarm, books: Books) -> None:
    books.press(T, 1)
    books.press(T, 4)
    books.press(T, 2)
    alert = books.missing()
    assert alert is not None
    assert alarm.kinds(alert.id) == ["raised", "press_found"]
    assert alarm.detail(alert.id).timeline[-1].detail["numbers"] == "2"
    alarm.do(Verb.ACCEPT, alert.id)
    alarm.do(Verb.CLOSE, alert.id, outcome="helped_by_phone")
    books.press(T, 3)
    assert books.missing() is None
    assert alarm.kinds(alert.id)[-2:] == ["closed", "press_found"]
    assert [a.type for a in alarm.open()] == [SOS]
    assert books.odd().count(Odd.FOUND_LATE) == 2


def test_the_next_gap_after_closing_is_an_alert_of_its_own(alarm: Alarm, books: Books) -> None:
    books.press(T, 1)
    books.press(T, 3)
    first = books.missing()
    assert first is not None
    alarm.do(Verb.ACCEPT, first.id)
    alarm.do(Verb.CLOSE, first.id, outcome="helped_by_phone")
    books.press(T, 5)
    second = books.missing()
    assert second is not None
    assert (second.previous_alert_id, second.count) == (first.id, 1)


@pytest.mark.parametrize(
    ("sent", "lost", "odd"),
    [
        pytest.param([{"sos_seq": 12}], 0, set(), id="the first ever: what was before is not known"),
        pytest.param([{"sos_seq": 1}, {"sos_seq": 2, "boot": 2, "seq": 1}], 0, set(), id="on after a start"),
        pytest.param(
            [{"sos_seq": 1}, {"sos_seq": 3, "boot": 2, "seq": 1}], 1, {Odd.SOS_GAP}, id="one is lost in a start"
        ),
        pytest.param(
            [{"sos_seq": 5}, {"sos_seq": 1, "boot": 2, "seq": 1}],
            0,
            {Odd.COUNTER_RESTARTED},
            id="the counter is lost with a start",
        ),
        pytest.param(
            [{"sos_seq": 5}, {"sos_seq": 2, "boot": 2, "seq": 1}],
            1,
            {Odd.COUNTER_RESTARTED, Odd.SOS_GAP},
            id="the counter is lost, and a press with it",
        ),
        pytest.param(
            [{"sos_seq": 5}, {"sos_seq": 2, "seq": 6}],
            2,
            {Odd.SOS_GAP},
            id="from before the first that was heard of: it was sent to us, so what lies between is lost",
        ),
        pytest.param(
            [{"sos_seq": 1}, {"sos_seq": 2}, {"sos_seq": 1, "seq": 3}],
            0,
            {Odd.NUMBER_REPEATED},
            id="backwards within a boot",
        ),
        pytest.param(
            [{"sos_seq": 1}, {"sos_seq": 10**15, "seq": 2}, {"sos_seq": 2, "seq": 3}],
            0,
            {Odd.NUMBER_JUMPED},
            id="a number out of all reason, and back",
        ),
        pytest.param(
            [{"sos_seq": 1}, {"sos_seq": "x", "seq": 2}, {"sos_seq": 2, "seq": 3}],
            0,
            {Odd.UNNUMBERED},
            id="garbage for a number",
        ),
        pytest.param(
            [{"sos_seq": 1, "id": "a"}, {"sos_seq": 2, "boot": 2, "seq": 1, "id": "a"}],
            0,
            {Odd.ID_REUSED},
            id="the same id with another boot is another press",
        ),
    ],
)
def test_each_kind_of_number_has_its_outcome(
    alarm: Alarm, books: Books, sent: list[dict[str, Any]], lost: int, odd: set[Odd]
) -> None:
    for numbers in sent:
        alarm.clock.turn(timedelta(minutes=1))
        answer = alarm.send(books.item(T, **numbers))
        assert [o.outcome for o in answer.outcomes] == [IngestOutcome.ACCEPTED]
        assert len(answer.commands) == 1
    alert = books.missing()
    assert (alert.count if alert else 0) == lost
    assert set(books.odd()) - {Odd.SEQ_GAP} == odd
    sos = next(a for a in alarm.open() if a.type == SOS)
    assert sos.count == len(sent)


def test_a_terminal_that_nobody_enrolled_is_accounted_for_too(alarm: Alarm, books: Books) -> None:
    alarm.lobby("lobby-1")
    books.press("lobby-1", 1)
    books.press("lobby-1", 3)
    alert = books.missing()
    assert alert is not None
    assert alert.unknown_device


def test_an_account_that_cannot_be_read_costs_no_press(alarm: Alarm, books: Books) -> None:
    books.press(T, 1)
    with writing(alarm.engine) as connection:
        connection.execute(update(accounts).values(account="{}]"))
        connection.commit()
    books.press(T, 2)
    assert alarm.only().count == 2


class Failing(AlarmSql):
    """A transaction in which press accounting breaks half-way."""

    def note_press_finding(self, finding: Finding) -> None:
        raise ValueError("drawn by the test")


@dataclass
class FailingStore:
    """Opens such transactions."""

    engine: Engine
    clock: Clock

    @contextmanager
    def begin(self) -> Iterator[AlarmSql]:
        with writing(self.engine) as connection:
            yield Failing(connection, self.clock, is_sqlite(self.engine))


def test_accounting_that_breaks_costs_no_press_and_is_made_good_at_the_next(alarm: Alarm, books: Books) -> None:
    books.press(T, 1)
    broken = IngestEvents(FailingStore(alarm.engine, alarm.clock), alarm.clock, Uuids(), 10.0, alarm.odd.append)
    answer = broken("gw1", [books.item(T, 3)])
    assert [o.outcome for o in answer.outcomes] == [IngestOutcome.ACCEPTED]
    assert len(answer.commands) == 1
    assert alarm.only().count == 2
    assert books.odd() == [Odd.NOT_ACCOUNTED]
    # Nothing of the half was kept; the account is as before, so the next press finds the same gap.
    books.press(T, 4)
    alert = books.missing()
    assert alert is not None
    assert (alert.type, alert.count) == (PRESS_MISSING, 2)
