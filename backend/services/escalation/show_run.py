"""What escalation has done for an alert, and whom it tells next, in how many seconds: *why did nobody come?*"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from backend.domain.escalation.policy import BUILT_IN, NOT_ESCALATED, Firing, Policy
from backend.domain.escalation.run import Acceptance, Run, missing_roles, next_firing
from backend.domain.escalation.targets import Reach, Target
from backend.services.alarm.ports import Clock
from backend.services.alarm.views import Moment, View
from backend.services.escalation.ports import DueRun, Scene
from backend.services.escalation.read_book import policies_in


class TargetView(View):
    """One line of a step: what it names, and who that is now. `nobody`: why it would reach nobody."""

    kind: str
    level: str
    role: str | None
    names: list[str]
    desks: list[str]
    nobody: str | None


class StepView(View):
    """A firing of the policy. `state`: `fired`, `next` or `later`; `at`: when it fires, None once it has."""

    number: int
    round: int
    after_seconds: int
    state: str
    at: Moment | None
    targets: list[TargetView]


class AcceptanceView(View):
    """Who has it, as what."""

    role: str
    id: str
    name: str


class RunView(View):
    """The escalation of one alert.

    `policy` None: not looked at yet. `needs`: acceptances by role that end it; `missing`: roles still wanted.
    `next_at` None: nothing is due, see `state`.
    """

    alert_id: str
    policy: str | None
    title: dict[str, str]
    state: str
    trouble: str | None
    needs: dict[str, int]
    missing: list[str]
    acceptances: list[AcceptanceView]
    asked: int
    held_until: Moment | None
    next_at: Moment | None
    next_in_seconds: int | None
    steps: list[StepView]


class RunReading(Protocol):
    """What the view reads, of one moment."""

    def run(self, alert_id: str) -> DueRun | None: ...
    def book(self, digest: str) -> str | None: ...
    def acceptances(self, alert_id: str) -> Sequence[Acceptance]: ...
    def reach(self, firing: Firing, scene: Scene, at: datetime) -> Sequence[Reach]: ...


def show_run(reading: RunReading, alert_id: str, clock: Clock) -> RunView | None:
    """None where there is no such alert, or it was raised before there was escalation."""
    found = reading.run(alert_id)
    if found is None:
        return None
    now, run, alert = clock.now(), found.run, found.alert
    policy = _policy(reading, run)
    acceptances = reading.acceptances(alert_id)
    scene = Scene(alert.id, alert.home_id, alert.organisation_id)
    due = run.due_at if run.state == "running" else None
    return RunView(
        alert_id=alert.id,
        policy=run.policy,
        title=dict(policy.title),
        state=str(run.state),
        trouble=str(run.trouble) if run.trouble else None,
        needs={
            "operator": policy.needs.operator,
            "responder": policy.needs.responder,
            "anyone": policy.needs.anyone,
        },
        missing=sorted(str(role) for role in missing_roles(policy, alert, acceptances)),
        acceptances=[AcceptanceView(role=str(each.role), id=each.id, name=each.name) for each in acceptances],
        asked=run.asked,
        held_until=run.held_until,
        next_at=due,
        next_in_seconds=max(0, int((due - now).total_seconds())) if due else None,
        steps=[_step(reading, scene, run, number, firing, now) for number, firing in enumerate(_firings(policy, run))],
    )


def _policy(reading: RunReading, run: Run) -> Policy:
    body = reading.book(run.book)
    known = {policy.id: policy for policy in (*(policies_in(body)), BUILT_IN, NOT_ESCALATED)}
    return known.get(run.policy or "", BUILT_IN)


def _firings(policy: Policy, run: Run) -> list[Firing]:
    """Every firing of the policy, and the last resort, which always exists where somebody has to accept."""
    if policy.needs.nobody:
        return list(policy.schedule)
    return [*policy.schedule, next_firing(policy, _at_the_end(policy, run))]


def _at_the_end(policy: Policy, run: Run) -> Run:
    return Run(run.alert_id, run.book, run.began_at, step=len(policy.schedule), round=run.round)


def _step(reading: RunReading, scene: Scene, run: Run, number: int, firing: Firing, now: datetime) -> StepView:
    running = run.state == "running"
    state = "fired" if number < run.step else "next" if number == run.step and running else "later"
    at = None
    if state == "next":
        at = run.due_at
    elif state == "later" and running:
        at = run.began_at + timedelta(seconds=firing.after)
    reaches = reading.reach(firing, scene, now) if state == "next" else ()
    return StepView(
        number=firing.step + 1,
        round=firing.round,
        after_seconds=firing.after,
        state=state,
        at=at,
        targets=[_reached(reach) for reach in reaches] or [_named(target) for target in firing.notify],
    )


def _reached(reach: Reach) -> TargetView:
    return TargetView(
        kind=str(reach.target.kind),
        level=str(reach.target.level),
        role=str(reach.target.role),
        names=[recipient.name for recipient in reach.recipients],
        desks=list(reach.desks),
        nobody=str(reach.nobody) if reach.nobody else None,
    )


def _named(target: Target) -> TargetView:
    return TargetView(
        kind=str(target.kind), level=str(target.level), role=str(target.role), names=[], desks=[], nobody=None
    )
