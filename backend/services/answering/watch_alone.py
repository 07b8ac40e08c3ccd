"""Whoever is alone on site and silent for too long is an alarm of its own; what can no longer be answered ends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from backend.domain.alert.model import SYSTEM, Alert, Entry, EntryKind
from backend.domain.alert.notable import ring
from backend.domain.answering.model import ASKED, ON_IT, Assignment, State, expires
from backend.domain.answering.safety import Timer, silent
from backend.services.alarm.apply import apply
from backend.services.alarm.one_by_one import OneByOne
from backend.services.alarm.ports import Clock
from backend.services.answering.effects import tell_desk
from backend.services.answering.ports import AnswerStore, AnswerTransaction, Located


@dataclass(frozen=True, slots=True)
class WatchAlone:
    """A tick of the worker. Several processes may run it: each silence is told once."""

    store: AnswerStore
    clock: Clock
    _one_by_one: OneByOne = field(default_factory=lambda: OneByOne("silence_not_told"), init=False)

    def __call__(self, limit: int = 50) -> int:
        """How many silences were told. The alert is locked before its timers, and the timer is looked at again."""
        now = self.clock.now()
        resting = self._one_by_one.resting(now)
        with self.store.begin() as tx:
            due = {each.assignment_id: each for each in tx.due_timers(now, limit + len(resting))}
        return self._one_by_one([each for each in due if each not in resting], lambda each: self._tell(due[each]), now)

    def _tell(self, located: Located) -> bool:
        now = self.clock.now()
        with self.store.begin() as tx:
            alert = tx.alert(located.alert_id)
            timer = next(
                (one for one in tx.timers(located.alert_id) if one.assignment_id == located.assignment_id), None
            )
            mine = tx.assignment(located.assignment_id)
            if alert is None or timer is None or mine is None or timer.due_at is None or timer.due_at > now:
                return False
            tx.put_timer(silent(timer, now))
            _alarm(tx, alert, mine, timer, now)
            tell_desk(tx, alert, mine, "silent", now)
            tx.commit()
        return True


def _alarm(tx: AnswerTransaction, alert: Alert, mine: Assignment, timer: Timer, now: datetime) -> None:
    detail = {
        "responder": mine.recipient_name,
        "minutes": int(timer.every.total_seconds() // 60),
        "times": timer.overdue + 1,
    }
    decision = ring(alert, EntryKind.RESPONDER_ALARM, SYSTEM, now, "silent", detail)
    if decision.changed:
        device = tx.device(alert.device_id)
        apply(tx, decision, device.hearing if device is not None else (), now)
        return
    # The alert is closed and cannot ring; the person is still out there, so it is told all the same.
    tx.add_entries(alert.id, [Entry(EntryKind.RESPONDER_ALARM, SYSTEM, now, "timer", "silent", detail)])
    tx.touch(alert.id)


@dataclass(frozen=True, slots=True)
class EndAssignments:
    """A tick of the worker: reply codes become free, links end, those still asked for a closed alert stand down."""

    store: AnswerStore
    clock: Clock
    _one_by_one: OneByOne = field(default_factory=lambda: OneByOne("assignment_not_ended"), init=False)

    def __call__(self, limit: int = 200) -> int:
        """How many were ended."""
        now = self.clock.now()
        resting = self._one_by_one.resting(now)
        with self.store.begin() as tx:
            due = {each.assignment_id: each for each in tx.open_until(now, limit + len(resting))}
        return self._one_by_one([each for each in due if each not in resting], lambda each: self._end(due[each]), now)

    def _end(self, located: Located) -> bool:
        now = self.clock.now()
        with self.store.begin() as tx:
            alert = tx.alert(located.alert_id)
            mine = next((one for one in tx.assignments(located.alert_id) if one.id == located.assignment_id), None)
            if alert is None or mine is None or mine.reply_code is None:
                return False
            late = now >= expires(mine, alert.closed_at)
            if not (late or mine.state is State.DONE or (alert.ended and mine.state not in ON_IT)):
                return False
            state = mine.state
            if mine.state in (*ASKED, State.PASSED, State.STOOD_DOWN):
                state = State.EXPIRED if late else State.STOOD_DOWN
            tx.save_assignment(replace(mine, state=state, reply_code=None, ended_at=mine.ended_at or now))
            if late:
                # Nobody can say any more that they are well: the desk was told, and it is the desk's from here.
                for timer in tx.timers(alert.id):
                    if timer.assignment_id == mine.id:
                        tx.put_timer(replace(timer, due_at=None))
            tx.commit()
        return True
