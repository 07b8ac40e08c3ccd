"""What is replayed, forged or dated wrong has a defined outcome, is counted by kind and written down with ids."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from backend.adapters.db.alarm_store import AlarmSql
from backend.adapters.db.engine import is_sqlite, writing
from backend.services.alarm.hand_out_commands import OutcomeReason
from backend.services.alarm.ingest_events import IngestEvents
from backend.services.alarm.oddities import Odd, OddFigures, Oddity
from contract.ingest import EventItem
from contract.times import format_time
from contract.topics import source
from contract.vocabulary import Flag, IngestOutcome, ResultStatus
from tests.harness.accounting import Books
from tests.harness.alarm import Alarm, Uuids

T, OTHER = "T1", "T2"


def sent(item: EventItem) -> dict[str, Any]:
    """The event of an item, to be sent again at another time."""
    event: dict[str, Any] = msgspec.json.decode(item.event)
    return event


@pytest.fixture(autouse=True)
def _enrolled(alarm: Alarm) -> None:
    alarm.enrol(T)
    alarm.enrol(OTHER)


def test_an_event_in_another_devices_name_alarms_for_the_one_that_sent_it(alarm: Alarm, books: Books) -> None:
    books.press(OTHER, 1)
    books.press(T, 1)
    alarm.send(books.item(T, 5, source=source(OTHER)))
    assert {alert.device_id: alert.count for alert in alarm.open()} == {OTHER: 1, T: 2}
    assert Flag.IDENTITY_CONFLICT in next(alert for alert in alarm.open() if alert.device_id == T).flags
    assert alarm.odd == [Oddity(Odd.IDENTITY_CONFLICT, T, "e3"), Oddity(Odd.UNNUMBERED, T, "e3")]
    # The numbers are nobody's: neither account has a gap by them.
    for device in (T, OTHER):
        found = books.presses(device)
        assert found is not None
        assert (found.account.sos.sent, found.account.sos.missing) == (1, 0)


def test_an_old_id_again_is_nothing_new_and_answered_again(alarm: Alarm, books: Books) -> None:
    item = books.item(T, 1, id="old")
    alarm.send(item)
    before = alarm.only()
    alarm.clock.turn(timedelta(days=365))
    answer = alarm.send(alarm.item(T, sent(item)))
    assert [outcome.outcome for outcome in answer.outcomes] == [IngestOutcome.DUPLICATE]
    assert [command.args["event_id"] for command in answer.commands] == ["old"]
    after = alarm.only()
    assert (after.count, after.ring_seq, after.received_at) == (1, before.ring_seq, before.received_at)
    assert alarm.odd == [Oddity(Odd.OLD_ID_REPLAYED, T, "old")]


def test_a_terminals_own_repeat_is_no_replay(alarm: Alarm, books: Books) -> None:
    item = books.item(T, 1)
    alarm.send(item)
    alarm.clock.turn(timedelta(minutes=2))
    alarm.send(item)
    assert alarm.odd == []


def test_a_retained_replay_of_a_known_id_is_nothing_and_not_answered(alarm: Alarm, books: Books) -> None:
    item = books.item(T, 1, id="known")
    alarm.send(item)
    alarm.clock.turn(timedelta(minutes=5))
    answer = alarm.send(alarm.item(T, sent(item), retained=True))
    assert ([o.outcome for o in answer.outcomes], answer.commands) == ([IngestOutcome.DUPLICATE], [])
    assert alarm.only().count == 1
    assert alarm.odd == [Oddity(Odd.RETAINED_COPY, T, "known")]


def test_a_retained_replay_of_an_unseen_id_is_a_late_press(alarm: Alarm, books: Books) -> None:
    event = alarm.event(T, "unseen", data={"boot": 1, "seq": 1, "sos_seq": 1})
    answer = alarm.send(alarm.item(T, event, retained=True))
    assert [outcome.outcome for outcome in answer.outcomes] == [IngestOutcome.ACCEPTED]
    assert {Flag.RETAINED, Flag.LATE} <= set(alarm.only().flags)
    assert books.odd() == [Odd.RETAINED_UNSEEN]


@pytest.mark.parametrize(("years", "kind"), [(1, Odd.CLOCK_AHEAD), (-1, Odd.CLOCK_BEHIND)])
def test_a_clock_a_year_off_alarms_by_our_clock(alarm: Alarm, books: Books, years: int, kind: Odd) -> None:
    skew = timedelta(days=365 * years)
    answer = alarm.send(books.item(T, 1, time=format_time(alarm.clock.now() + skew)))
    alert = alarm.only()
    assert alert.pressed_at == alert.received_at
    assert (alert.late_seconds, Flag.CLOCK_SKEW in alert.flags) == (None, True)
    assert len(answer.commands) == 1
    assert [(o.kind, o.detail) for o in alarm.odd] == [(kind, f"{int(skew.total_seconds())} s")]


def test_the_same_id_with_another_boot_is_another_press(alarm: Alarm, books: Books) -> None:
    alarm.send(books.item(T, 1, id="e"), books.item(T, 2, boot=2, seq=1, id="e"))
    assert alarm.only().count == 2
    assert Flag.ID_REUSED in alarm.only().flags
    assert alarm.odd == [Oddity(Odd.ID_REUSED, T, "e")]


def test_a_result_for_another_devices_command_changes_nothing(alarm: Alarm, books: Books) -> None:
    answer = books.press(T, 1)
    books.confirm(answer, confirmed=False)
    command = answer.commands[0]
    assert alarm.result(OTHER, command.id, ResultStatus.DONE, None) is OutcomeReason.UNKNOWN_COMMAND
    assert [one.state for one in alarm.detail(alarm.only().id).commands] == ["sent"]
    assert books.statement(books.today()).district.sos.answered == 0
    assert alarm.odd == [Oddity(Odd.FOREIGN_RESULT, OTHER, command.id)]


def test_a_result_for_a_command_that_nobody_made_is_refused(alarm: Alarm) -> None:
    """So a command that somebody else put on the topic shows: the device says what became of it."""
    assert alarm.result(T, "forged", ResultStatus.DONE, None) is OutcomeReason.UNKNOWN_COMMAND
    assert alarm.odd == [Oddity(Odd.UNKNOWN_RESULT, T, "forged")]


def test_each_is_counted_by_kind_and_written_down_with_ids() -> None:
    figures, registry = OddFigures(), CollectorRegistry()
    registry.register(figures)
    with capture_logs() as logs:
        figures(Oddity(Odd.FOREIGN_RESULT, T, "c1"))
    (said,) = logs
    assert (said["event"], said["kind"], said["device_id"], said["subject"]) == (
        "press_oddity",
        "foreign_result",
        T,
        "c1",
    )
    counts = {kind: registry.get_sample_value("care_backend_press_oddities_total", {"kind": kind}) for kind in Odd}
    assert counts == {kind: float(kind is Odd.FOREIGN_RESULT) for kind in Odd}


class Unstorable(AlarmSql):
    """A transaction whose commit fails."""

    def commit(self) -> None:
        raise OSError("no space left")


@dataclass
class UnstorableStore:
    """Opens such transactions."""

    alarm: Alarm

    @contextmanager
    def begin(self) -> Iterator[AlarmSql]:
        with writing(self.alarm.engine) as connection:
            yield Unstorable(connection, self.alarm.clock, is_sqlite(self.alarm.engine))


def test_what_could_not_be_stored_is_counted_when_it_comes_again(alarm: Alarm, books: Books) -> None:
    item = books.item(T, 1, source=source(OTHER))
    ingest = IngestEvents(UnstorableStore(alarm), alarm.clock, Uuids(), 10.0, alarm.odd.append)
    with pytest.raises(OSError, match="no space"):
        ingest("gw1", [item])
    assert alarm.odd == []
    alarm.send(item)
    assert books.odd() == [Odd.IDENTITY_CONFLICT, Odd.UNNUMBERED]
