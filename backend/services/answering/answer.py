"""Somebody takes a step by link or by reply: once, under the alert's lock, with everything that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from backend.domain.alert.model import Actor, Alert, Entry, EntryKind
from backend.domain.answering.model import (
    LINK_LIVES,
    Assignment,
    Refusal,
    State,
    Step,
    StepKind,
    Why,
    expires,
)
from backend.domain.answering.progress import Scene, asked_again, decide, responders_wanted, stood_down
from backend.domain.answering.safety import all_right, interval, watch
from backend.domain.escalation.targets import DutyRole
from backend.services.alarm.ports import Clock, Ids
from backend.services.answering.call_out import SECOND_PERSON_STEP, call_out
from backend.services.answering.effects import Effects
from backend.services.answering.ports import AnswerStore, AnswerTransaction, Located
from backend.services.answering.seals import sha256

BY_LINK: Final = "link"
BY_DESK: Final = "console"


class UnknownLink(Exception):  # noqa: N818 - an answer, not an error of ours
    """No such link: mistyped, guessed, or of another district."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings say. `alone_for`: how long somebody alone on site may be silent."""

    alone_for: timedelta


@dataclass(frozen=True, slots=True)
class Answer:
    """The use case."""

    store: AnswerStore
    clock: Clock
    ids: Ids
    rules: Rules

    def by_link(self, token: str, phone: str, step: Step, once: str) -> Assignment:
        """A step on the page. `phone`: the cookie's secret; `once`: of the form, so that it counts once.

        Raises `UnknownLink`, or `Refusal` where nothing has changed.
        """
        now = self.clock.now()
        with self.store.begin() as tx:
            located = tx.by_token(sha256(token))
            if located is None:
                raise UnknownLink
            alert, mine, others = self.locked(tx, located)
            stored, mine = mine, _bound(mine, sha256(phone), step.kind, alert.closed_at, now)
            # Of one page: the same button twice counts once, another button is another step.
            actor, key = f"assignment/{mine.id}", sha256(f"{once} {step!r}")
            if tx.done_before(actor, key) is not None:
                return mine
            after = self.take(tx, alert, mine, others, step, BY_LINK, now)
            if after is mine and mine is not stored:
                # Answered by text before the page was first opened: the phone is new, the step is not.
                tx.save_assignment(mine)
            tx.mark_done(actor, key, str(step.kind), now)
            tx.commit()
        return after

    def by_desk(self, alert_id: str, assignment_id: str, step: Step, operator: Actor, once: str | None) -> Assignment:
        """An operator writes down what somebody says on the phone. Raises as `by_link`, but knows no phone."""
        now = self.clock.now()
        with self.store.begin() as tx:
            alert, mine, others = self.locked(tx, Located(assignment_id, alert_id))
            if once is not None and not tx.mark_done(operator.id, once, f"{assignment_id} {step!r}", now):
                return mine
            after = self.take(tx, alert, mine, others, step, BY_DESK, now, operator)
            tx.commit()
        return after

    def unbind(self, alert_id: str, assignment_id: str, operator: Actor) -> Assignment:
        """The link may be opened by another phone: somebody opened it in the wrong place and has called the desk."""
        now = self.clock.now()
        with self.store.begin() as tx:
            alert, mine, _ = self.locked(tx, Located(assignment_id, alert_id))
            free = replace(mine, bound_to=None)
            tx.save_assignment(free)
            detail = {"responder": mine.recipient_name}
            tx.add_entries(alert.id, [Entry(EntryKind.NOTED, operator, now, BY_DESK, "link_unbound", detail)])
            tx.touch(alert.id)
            tx.commit()
        return free

    def locked(self, tx: AnswerTransaction, located: Located) -> tuple[Alert, Assignment, list[Assignment]]:
        """The alert, the assignment and the others of the alert, all locked, in that order."""
        alert = tx.alert(located.alert_id)
        every = tx.assignments(located.alert_id)
        mine = next((one for one in every if one.id == located.assignment_id), None)
        if alert is None or mine is None:
            raise UnknownLink
        return alert, mine, [one for one in every if one.id != mine.id]

    def take(
        self,
        tx: AnswerTransaction,
        alert: Alert,
        mine: Assignment,
        others: Sequence[Assignment],
        step: Step,
        source: str,
        now: datetime,
        desk: Actor | None = None,
    ) -> Assignment:
        """The step within a transaction: assignment, alert, timeline, escalation, timers. Raises `Refusal`."""
        keys = tx.keys_out(mine.id)
        wanted = responders_wanted([mine, *others], tx.responders_needed(alert.id))
        after = decide(mine, step, Scene(others, wanted, alert.closed_at, len(keys)), now)
        if after is mine and step.kind not in _SAYS_SOMETHING:
            return mine
        tx.save_assignment(after)
        Effects(tx, alert, mine, after, source, now, desk).of(step, self.ids)
        every = [after, *others]
        if step.kind is StepKind.ASK_SECOND and mine.second_asked_at is None:
            _call_again(tx, alert, others, now)
        if step.kind is StepKind.ACCEPT:
            for one in stood_down(every, wanted, now):
                tx.save_assignment(one)
        self._watch(tx, alert, after, every, step, now)
        return after

    def _watch(
        self,
        tx: AnswerTransaction,
        alert: Alert,
        mine: Assignment,
        every: Sequence[Assignment],
        step: Step,
        now: datetime,
    ) -> None:
        """Lone-worker timers follow from who is on site."""
        timers = tx.timers(alert.id)
        if not timers and not any(one.state is State.ARRIVED for one in every):
            return
        span = interval(self.rules.alone_for, tx.hazards(alert.home_id))
        for timer in watch(timers, every, span, now):
            heard = timer.assignment_id == mine.id and step.kind is StepKind.ALL_RIGHT
            tx.put_timer(all_right(timer, now) if heard else timer)


_SAYS_SOMETHING: Final = frozenset(
    {StepKind.ALL_RIGHT, StepKind.PANIC, StepKind.KEY_TAKEN, StepKind.KEY_RETURNED, StepKind.ASK_SECOND}
)
"""Steps that leave the assignment as it is and are on record each time."""


def _bound(mine: Assignment, phone: str, kind: StepKind, closed_at: datetime | None, now: datetime) -> Assignment:
    """The assignment as this phone may use it: the first that opens it keeps it."""
    if mine.state is State.EXPIRED or now >= expires(mine, closed_at):
        raise Refusal(Why.EXPIRED)
    if mine.bound_to is None:
        if kind is not StepKind.OPEN:
            raise Refusal(Why.NOT_OPENED)
        return replace(mine, bound_to=phone)
    if mine.bound_to != phone:
        raise Refusal(Why.OTHER_PHONE)
    return mine


def _call_again(tx: AnswerTransaction, alert: Alert, others: Sequence[Assignment], now: datetime) -> None:
    """Those who were told that they are not needed are needed after all; who passed has said why not."""
    for one in others:
        if one.role is not DutyRole.RESPONDER or one.state is not State.STOOD_DOWN:
            continue
        callee = tx.callee(one.recipient_kind, one.recipient_id)
        if callee is not None and callee.contact_points:
            notice = call_out(tx, alert, callee, SECOND_PERSON_STEP, now)
            tx.save_assignment(asked_again(one, notice.id, now + LINK_LIVES))
