"""How far the escalation of an alert has got, and what is to be done next: fire, wait, rest or end, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.domain.alert.model import Alert
from backend.domain.escalation.policy import LAST_RESORT, LAST_RESORT_AFTER, LAST_RESORT_EVERY, Firing, Needs, Policy
from backend.domain.escalation.targets import DutyRole, Target, TargetKind


class RunState(StrEnum):
    """What a run is doing. A rested one goes on when the lease runs out or the alert is handed over."""

    RUNNING = "running"
    RESTED = "rested"
    ENDED = "ended"


class Trouble(StrEnum):
    """What is an emergency at the district desk, whatever the alert was about."""

    NOBODY_REACHED = "nobody_reached"
    NOBODY_ON_DUTY = "nobody_on_duty"
    ALL_CHANNELS_FAILED = "all_channels_failed"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who has accepted, and as what."""

    role: DutyRole
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Run:
    """The escalation of one alert.

    `began_at`: what the steps' seconds count from. `step`: the place in the policy's schedule that fires next; its
    length: the last resort, fired `round` times. `asked`: how many people and desks have been told so far; `told`: the
    (step, round) that told somebody last, as their notices are numbered.
    """

    alert_id: str
    book: str
    began_at: datetime
    policy: str | None = None
    state: RunState = RunState.RUNNING
    step: int = 0
    round: int = 0
    asked: int = 0
    told: tuple[int, int] | None = None
    version: int = 1
    fired_at: datetime | None = None
    held_until: datetime | None = None
    trouble: Trouble | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """How the notices of the firing before have fared: `open` may still be answered."""

    open: int = 0
    delivered: int = 0
    failed: int = 0
    passed: int = 0

    @property
    def hopeless(self) -> bool:
        """Whether people were told and none of them can still say yes."""
        return self.failed + self.passed > 0 and self.open + self.delivered == 0

    @property
    def all_failed(self) -> bool:
        """Whether not one of them could be reached by any channel."""
        return self.failed > 0 and self.open + self.delivered + self.passed == 0


class Doing(StrEnum):
    """What a run does now."""

    FIRE = "fire"
    WAIT = "wait"
    REST = "rest"
    END = "end"


class Why(StrEnum):
    """Why it does that."""

    STEP_IS_DUE = "step_is_due"
    NOBODY_LEFT_TO_ANSWER = "nobody_left_to_answer"
    MISSED = "missed"
    """It was due before, and is told together with a later step: nobody looked in between."""
    NOT_YET = "not_yet"
    HELD = "held"
    ACCEPTED = "accepted"
    STEPS_ARE_DONE = "steps_are_done"
    ALERT_CLOSED = "alert_closed"


@dataclass(frozen=True, slots=True)
class Next:
    """`at`: when to look again; None with REST and END. `firing`: what fires, or will, and `due`: when it was to.

    `step`: the place in the schedule that it stands for; further than the run's where earlier ones were `missed` (each
    with when it was due), whose targets are told with it (rule 16), each once.
    """

    doing: Doing
    why: Why
    at: datetime | None = None
    firing: Firing | None = None
    due: datetime | None = None
    step: int = 0
    missed: tuple[tuple[Firing, datetime], ...] = ()


REACT_AFTER: Final = timedelta(seconds=2)
"""Between two steps that follow each other because nobody is left to answer: a broken provider makes no storm."""
HOLD_BUDGET: Final = timedelta(seconds=120)
"""For all who ask for a moment together, from the first one's asking: as long as one person may (answering, HOLD)."""
CLOCK_SLACK: Final = timedelta(seconds=5)
"""Clocks of two hosts may differ by this; what lies further in the future than it may was written by a wrong clock."""


def unmet(needs: Needs, acceptances: Collection[Acceptance]) -> frozenset[DutyRole]:
    """Whose acceptance is still missing. `anyone`: operators and responders alike may give it."""
    counts = {role: len({a.id for a in acceptances if a.role is role}) for role in DutyRole}
    missing = set()
    if counts[DutyRole.OPERATOR] < needs.operator:
        missing.add(DutyRole.OPERATOR)
    if counts[DutyRole.RESPONDER] < needs.responder:
        missing.add(DutyRole.RESPONDER)
    if sum(counts.values()) < needs.anyone:
        missing |= {DutyRole.OPERATOR, DutyRole.RESPONDER}
    return frozenset(missing)


def missing_roles(policy: Policy, alert: Alert, acceptances: Collection[Acceptance]) -> frozenset[DutyRole]:
    """As `unmet`; an alert that waits again, although somebody has accepted it, needs an operator in any case."""
    missing = unmet(policy.needs, acceptances)
    if alert.waiting and not policy.needs.nobody:
        return missing | {DutyRole.OPERATOR}
    return missing


def met_roles(policy: Policy, alert: Alert, acceptances: Collection[Acceptance]) -> frozenset[DutyRole]:
    """Of the roles that the policy needs, those of which enough have accepted: nobody else of them is told."""
    asked = {DutyRole.OPERATOR: policy.needs.operator, DutyRole.RESPONDER: policy.needs.responder}
    return frozenset(role for role, count in asked.items() if count) - missing_roles(policy, alert, acceptances)


def next_step(
    policy: Policy, run: Run, alert: Alert, acceptances: Collection[Acceptance], answers: Answers, now: datetime
) -> Next:
    """What is to be done now. An open alert always has a next step, or says why not."""
    if alert.ended:
        return Next(Doing.END, Why.ALERT_CLOSED)
    over = run.step >= len(policy.schedule)
    if policy.needs.nobody:
        if over:
            return Next(Doing.REST, Why.STEPS_ARE_DONE)
    elif not missing_roles(policy, alert, acceptances):
        return Next(Doing.REST, Why.ACCEPTED)
    firing, due, why = _due(policy, run)
    # What nobody answers any more is not waited for; the last resort keeps its rhythm.
    if answers.hopeless and run.fired_at is not None and not (over and run.round):
        soon = run.fired_at + REACT_AFTER
        if soon < due:
            due, why = soon, Why.NOBODY_LEFT_TO_ANSWER
    # Who asked for a moment and then passed is not waited for: nobody is left to say yes.
    if run.held_until is not None and run.held_until > max(now, due) and not answers.hopeless:
        return Next(Doing.WAIT, Why.HELD, run.held_until, firing, due)
    if due > now:
        return Next(Doing.WAIT, Why.NOT_YET, due, firing, due)
    return _caught_up(policy, run, Next(Doing.FIRE, why, now, firing, due, run.step))


def _caught_up(policy: Policy, run: Run, first: Next) -> Next:
    """What fires with everything that has become due besides: who is named several times is told once."""
    fires = first
    for step in range(run.step + 1, len(policy.schedule) + 1):
        last_resort = step == len(policy.schedule)
        firing, due, _ = _due(policy, replace(run, step=step))
        if run.round or first.at is None or due > first.at or (last_resort and policy.needs.nobody):
            break
        if fires.firing is None or fires.due is None:
            break
        targets = tuple(dict.fromkeys((*fires.firing.notify, *firing.notify)))
        missed = (*fires.missed, (fires.firing, fires.due))
        fires = replace(first, firing=replace(firing, notify=targets), due=due, step=step, missed=missed)
    return fires


def rewound(policy: Policy, run: Run, now: datetime) -> Run:
    """The run after the clock was set back: what lies further ahead than its step permits is due now.

    Moments of the past stay, so a run that nothing is wrong with stays as it is.
    """
    held = run.held_until if run.held_until is None or run.held_until <= now + HOLD_BUDGET + CLOCK_SLACK else now
    behind = max(run.began_at, run.fired_at or run.began_at)
    if behind <= now + CLOCK_SLACK:
        return replace(run, held_until=held)
    # What has happened already cannot lie ahead. A step that was hurried has its own far ahead, and that is right.
    fired_at = None if run.fired_at is None else min(run.fired_at, now)
    known = replace(run, fired_at=fired_at, held_until=held)
    if run.round:
        return replace(known, began_at=min(run.began_at, now))
    ahead = _due(policy, known)[1] - now
    return replace(known, began_at=run.began_at - ahead) if ahead > _span(policy, run) + CLOCK_SLACK else known


def _span(policy: Policy, run: Run) -> timedelta:
    """From the firing before to the next one."""
    schedule = policy.schedule
    if run.step >= len(schedule):
        return timedelta(seconds=LAST_RESORT_AFTER)
    before = schedule[run.step - 1].after if run.step else 0
    return timedelta(seconds=schedule[run.step].after - before)


def _due(policy: Policy, run: Run) -> tuple[Firing, datetime, Why]:
    schedule = policy.schedule
    if run.step < len(schedule):
        firing = schedule[run.step]
        return firing, run.began_at + timedelta(seconds=firing.after), Why.STEP_IS_DUE
    last = Firing(LAST_RESORT_AFTER, len(policy.steps), run.round, LAST_RESORT)
    if run.round == 0:
        before = schedule[-1].after if schedule else 0
        return last, run.began_at + timedelta(seconds=before + LAST_RESORT_AFTER), Why.STEP_IS_DUE
    since = run.fired_at or run.began_at
    return last, since + timedelta(seconds=LAST_RESORT_EVERY), Why.STEP_IS_DUE


def next_firing(policy: Policy, run: Run) -> Firing:
    """What fires next, whenever that is."""
    return _due(policy, run)[0]


def next_due(policy: Policy, run: Run) -> tuple[Firing, datetime]:
    """What fires next, and when it is to."""
    return _due(policy, run)[:2]


def is_last_resort(policy: Policy, run: Run) -> bool:
    """Whether what fires next is the district desk."""
    return run.step >= len(policy.schedule)


def fired(policy: Policy, run: Run, asked: int, now: datetime, first: int = 0) -> Run:
    """The run after what was next has fired and reached `asked` people and desks. `first`: the number of its first step
    among the alert's notices."""
    told = (first + run.step, run.round) if asked else run.told
    after = replace(
        run, fired_at=now, asked=run.asked + asked, told=told, version=run.version + 1, state=RunState.RUNNING
    )
    if is_last_resort(policy, run):
        return replace(after, round=run.round + 1)
    return replace(after, step=run.step + 1)


def skipped(policy: Policy, run: Run) -> Run:
    """The run after a step that reached nobody: what follows is due at once, and keeps its distances from there."""
    after = fired(policy, run, 0, run.fired_at or run.began_at)
    return _sooner(policy, after, run)


def _sooner(policy: Policy, after: Run, before: Run) -> Run:
    """`after` with its beginning moved so that the step that follows is due when the one before it was."""
    return replace(after, began_at=after.began_at - (_due(policy, after)[1] - _due(policy, before)[1]))


def resumed(policy: Policy, run: Run, now: datetime) -> Run:
    """A rested run that is needed again: its next step is due now, the others keep their distances."""
    moved = now - _due(policy, run)[1]
    began = run.began_at + moved if run.round == 0 else run.began_at
    fired_at = run.fired_at if run.round == 0 else now - timedelta(seconds=LAST_RESORT_EVERY)
    return replace(run, state=RunState.RUNNING, began_at=began, fired_at=fired_at, version=run.version + 1)


def role_of(target: Target) -> DutyRole | None:
    """Whose acceptance this target would give; None: it is told in any case."""
    if target.kind is TargetKind.DESK:
        return DutyRole.OPERATOR
    if target.kind in (TargetKind.RESPONDERS, TargetKind.CONTACTS):
        return DutyRole.RESPONDER
    if target.kind is TargetKind.ON_DUTY and target.role is not DutyRole.MANAGER:
        return target.role
    return None
