"""Whoever goes comes back: two for a forced entry, a word in time when alone, a button for danger, keys on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from backend.adapters.db.answering import assignments, lone_workers
from backend.adapters.db.answering_reading import AnswerSqlReader
from backend.adapters.db.answering_store import AnswerSql
from backend.adapters.db.notices import notices
from backend.adapters.db.registry import homes
from backend.domain.alert.lifecycle import Verb
from backend.domain.alert.model import Actor, ActorKind
from backend.domain.answering.model import Refusal, State, Step, StepKind, Why
from backend.domain.answering.safety import Timer
from tests.harness.alarm import WANG
from tests.harness.answering import Answering


def watch(answering: Answering) -> int:
    """One look of the worker; how many silences were told."""
    tick = next(tick for tick in answering.parts.ticks() if tick.name == "alone")
    told = tick.run()
    assert isinstance(told, int)
    return told


def there(answering: Answering, who: str = "chen") -> tuple[str, str]:
    """Somebody on site: token and phone."""
    _, token, _ = answering.call(who, who)
    phone = answering.opened(token)
    for kind in (StepKind.ACCEPT, StepKind.ARRIVED):
        answering.take(token, phone, kind)
    return token, phone


def desk_notices(answering: Answering) -> list[str]:
    with answering.engine.connect() as connection:
        rows = connection.execute(
            select(notices.c.facts, notices.c.recipient_id)
            .where(notices.c.kind == "desk_trouble")
            .order_by(notices.c.created_at)
        )
        return [f"{row.recipient_id}:{row.facts['trouble']}" for row in rows]


def test_silence_on_site_rings_the_desk_once_and_again_later(answering: Answering) -> None:
    token, phone = there(answering)
    answering.clock.turn(timedelta(minutes=19))
    assert watch(answering) == 0
    answering.take(token, phone, StepKind.ALL_RIGHT)
    answering.clock.turn(timedelta(minutes=19))
    assert watch(answering) == 0
    answering.clock.turn(timedelta(minutes=1))
    rung = answering.alarm.only().ring_seq
    assert (watch(answering), watch(answering)) == (1, 0)
    assert answering.alarm.only().ring_seq == rung + 1
    assert answering.reasons("responder_alarm") == ["silent"]
    assert desk_notices(answering) == ["c1:silent"]
    answering.clock.turn(timedelta(minutes=5))
    assert watch(answering) == 1


def test_with_violence_on_record_the_time_is_half(answering: Answering) -> None:
    answering.write(update(homes).values(hazards=["violence"]))
    there(answering)
    answering.clock.turn(timedelta(minutes=10))
    assert watch(answering) == 1


def test_silence_is_told_after_the_alert_is_closed_too(answering: Answering) -> None:
    there(answering)
    answering.alarm.do(Verb.CLOSE, answering.alert_id, WANG, outcome="helped_on_site")
    answering.clock.turn(timedelta(minutes=20))
    assert watch(answering) == 1
    assert answering.reasons("responder_alarm") == ["silent"]


def test_two_on_site_are_not_asked_and_the_last_one_is_again(answering: Answering) -> None:
    first, phone = there(answering)
    answering.take(first, phone, StepKind.ASK_SECOND)
    there(answering, "zhao")
    answering.clock.turn(timedelta(minutes=30))
    assert watch(answering) == 0
    answering.take(first, phone, StepKind.DONE, outcome="helped")
    answering.clock.turn(timedelta(minutes=20))
    assert watch(answering) == 1


def test_whoever_is_done_is_asked_no_more(answering: Answering) -> None:
    token, phone = there(answering)
    answering.take(token, phone, StepKind.DONE, outcome="helped")
    answering.clock.turn(timedelta(hours=1))
    assert watch(answering) == 0


def test_danger_rings_at_once(answering: Answering) -> None:
    token, phone = there(answering)
    rung = answering.alarm.only().ring_seq
    answering.take(token, phone, StepKind.PANIC)
    assert answering.alarm.only().ring_seq == rung + 1
    assert answering.reasons("responder_alarm") == ["panic"]
    assert desk_notices(answering) == ["c1:panic"]


def test_a_forced_entry_needs_two_who_go(answering: Answering) -> None:
    token, phone = there(answering)
    _, other, _ = answering.call("zhao", "赵志愿")
    with pytest.raises(Refusal) as alone:
        answering.take(token, phone, StepKind.FORCED_ENTRY)
    assert alone.value.why is Why.NEEDS_TWO
    second = answering.opened(other)
    with pytest.raises(Refusal) as taken:
        answering.take(other, second, StepKind.ACCEPT)
    assert taken.value.why is Why.TAKEN
    answering.take(token, phone, StepKind.ASK_SECOND)
    assert answering.reasons("responder_alarm") == ["second_person_wanted"]
    assert answering.take(other, second, StepKind.ACCEPT).state is State.ACCEPTED
    assert answering.take(token, phone, StepKind.FORCED_ENTRY).forced_at is not None
    assert answering.reasons("responder_arrived") == ["", "forced_entry"]


def test_keys_are_on_record_until_they_are_back(answering: Answering) -> None:
    token, phone = there(answering)
    with pytest.raises(Refusal) as none_out:
        answering.take(token, phone, StepKind.KEY_RETURNED)
    assert none_out.value.why is Why.NO_KEY_OUT
    answering.take(token, phone, StepKind.KEY_TAKEN, key="neighbour")
    answering.take(token, phone, StepKind.KEY_TAKEN, key="code")
    answering.take(token, phone, StepKind.DONE, outcome="helped")
    answering.clock.turn(timedelta(minutes=5))
    answering.take(token, phone, StepKind.KEY_RETURNED)
    uses = AnswerSqlReader(answering.engine).key_uses("h-t1", 10)
    assert uses is not None
    back = {use.kind: use.returned_at for use in uses}
    assert back == {"neighbour": answering.clock.now(), "code": None}, "a code cannot be brought back"
    assert answering.reasons("key_used") == ["taken", "taken", "returned"]


def test_the_desk_writes_down_what_is_said_on_the_phone(answering: Answering) -> None:
    token, phone = there(answering)
    (one,) = AnswerSqlReader(answering.engine).assignments(answering.alert_id)
    operator = Actor(ActorKind.STAFF, "op1", "王丽")
    answering.clock.turn(timedelta(minutes=15))
    answering.answer.by_desk(answering.alert_id, one.id, Step(StepKind.ALL_RIGHT), operator, None)
    answering.clock.turn(timedelta(minutes=15))
    assert watch(answering) == 0
    entry = answering.alarm.detail(answering.alert_id).timeline[-1]
    assert (entry.actor.name, entry.detail["written_by"]) == ("chen", "王丽")
    answering.answer.unbind(answering.alert_id, one.id, operator)
    with pytest.raises(Refusal) as shut_out:
        answering.take(token, phone, StepKind.DONE, outcome="helped")
    assert shut_out.value.why is Why.NOT_OPENED


def test_a_second_person_is_called_again(answering: Answering) -> None:
    _, other, _ = answering.call("zhao", "赵志愿")
    token, phone = there(answering)
    assert answering.states()["zhao"] == "stood_down"
    answering.clock.turn(timedelta(minutes=1))
    for _ in range(2):
        answering.take(token, phone, StepKind.ASK_SECOND)
    assert answering.states()["zhao"] == "offered"
    with answering.engine.connect() as connection:
        calls = connection.execute(select(notices).where(notices.c.recipient_id == "zhao")).all()
    assert sorted(row.step for row in calls) == [0, 1001], "once, however often the button is pressed"
    assert answering.take(other, answering.opened(other), StepKind.ACCEPT).state is State.ACCEPTED


@pytest.mark.parametrize("name", ["alone", "assignments"])
def test_one_row_that_fails_keeps_nobody_elses_from_being_looked_at(
    answering: Answering, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    token, phone = there(answering)
    answering.take(token, phone, StepKind.ASK_SECOND)
    there(answering, "zhao")
    if name == "assignments":
        answering.clock.turn(timedelta(hours=25))
    sound, failed = AnswerSql.timers, list[str]()

    def timers(tx: AnswerSql, alert_id: str) -> list[Timer]:
        if not failed:
            failed.append(alert_id)
            raise RuntimeError("a row that nobody can read")
        return sound(tx, alert_id)

    with answering.engine.connect() as connection:
        (timer,) = connection.execute(select(lone_workers)).mappings()
        other = connection.scalar(select(assignments.c.id).where(assignments.c.id != timer["assignment_id"]))
    answering.write(
        insert(lone_workers).values({**timer, "assignment_id": other}),
        update(lone_workers).values(due_at=answering.clock.now()),
    )
    monkeypatch.setattr(AnswerSql, "timers", timers)
    tick = next(tick for tick in answering.parts.ticks() if tick.name == name)
    assert tick.run() == 1
    answering.clock.turn(timedelta(seconds=11))
    assert tick.run() == 1
