"""What a policy says: which alerts it is for, its steps in seconds, whose acceptance ends it; and which one applies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Final

from backend.domain.escalation.targets import DutyRole, Level, Target, TargetKind
from contract.vocabulary import Severity


class Hours(StrEnum):
    """When a policy applies, by the opening hours of the responsible centre."""

    ANY = "any"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Match:
    """For which alerts. Empty: for all. `between`: local times, over midnight where the first is the later."""

    types: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    hours: Hours = Hours.ANY
    between: tuple[time, time] | None = None
    risks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Needs:
    """How many acceptances end the escalation. `anyone`: of whatever role. All 0: it ends with its last step."""

    operator: int = 0
    responder: int = 0
    anyone: int = 0

    @property
    def nobody(self) -> bool:
        """Whether nobody has to accept."""
        return not (self.operator or self.responder or self.anyone)


@dataclass(frozen=True, slots=True)
class Step:
    """`after_seconds`: since the alert was received. It goes again every `repeat_every` seconds, `repeats` times."""

    after_seconds: int
    notify: tuple[Target, ...]
    repeats: int = 0
    repeat_every: int = 60


@dataclass(frozen=True, slots=True)
class Firing:
    """One firing of a step: the `round`-th, `after` seconds from the beginning."""

    after: int
    step: int
    round: int
    notify: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """`priority`: of several that match, the highest applies. `schedule`: every firing of every step, by time."""

    id: str
    title: Mapping[str, str]
    match: Match
    needs: Needs
    steps: tuple[Step, ...]
    priority: int = 0

    @property
    def schedule(self) -> tuple[Firing, ...]:
        """Repeats included; of two at the same second the earlier step first."""
        firings = [
            Firing(step.after_seconds + number * step.repeat_every, index, number, step.notify)
            for index, step in enumerate(self.steps)
            for number in range(step.repeats + 1)
        ]
        return tuple(sorted(firings, key=lambda firing: (firing.after, firing.step, firing.round)))


@dataclass(frozen=True, slots=True)
class Situation:
    """What a choice of policy looks at. `local`: the wall clock at the centre when the alert was raised."""

    type: str
    severity: Severity
    local: time
    centre_open: bool
    risk: str


LAST_RESORT: Final = (
    Target(TargetKind.DESK, Level.DISTRICT),
    Target(TargetKind.ON_DUTY, Level.DISTRICT, DutyRole.OPERATOR),
    Target(TargetKind.ON_DUTY, Level.DISTRICT, DutyRole.MANAGER),
    Target(TargetKind.RESPONDERS, Level.DISTRICT, most=3),
)
"""The last step always exists: whatever a file says, after its steps the district desk is told, again and again."""
LAST_RESORT_AFTER: Final = 60
LAST_RESORT_EVERY: Final = 120
"""Seconds. One minute for those who were told last; then as often as an operator can bear and still work."""

BUILT_IN: Final = Policy(
    "built_in",
    {"zh-CN": "内置策略", "en": "Built-in policy"},
    Match(),
    Needs(operator=1),
    (
        Step(0, (Target(TargetKind.DESK, Level.CENTRE),)),
        Step(60, (Target(TargetKind.DESK, Level.SIBLINGS), Target(TargetKind.DESK, Level.PARENT))),
    ),
    priority=-1000,
)
"""For an alert that no file speaks of."""
NOT_ESCALATED: Final = Policy(
    "technical", {"zh-CN": "技术事项，不升级", "en": "Technical, not escalated"}, Match(), Needs(), ()
)
"""Technical matters wait in the technical queue."""


def choose(policies: Sequence[Policy], situation: Situation) -> Policy:
    """The matching policy of the highest priority, of equals the first by id; the built-in one where none matches."""
    found = [policy for policy in policies if _matches(policy.match, situation)]
    if not found and situation.severity is Severity.TECHNICAL:
        return NOT_ESCALATED
    return min(found, key=lambda policy: (-policy.priority, policy.id), default=BUILT_IN)


def _matches(match: Match, situation: Situation) -> bool:
    if match.types and situation.type not in match.types:
        return False
    if match.severities and situation.severity not in match.severities:
        return False
    if match.risks and situation.risk not in match.risks:
        return False
    if match.hours is not Hours.ANY and (match.hours is Hours.OPEN) is not situation.centre_open:
        return False
    return match.between is None or _within(match.between, situation.local)


def _within(between: tuple[time, time], local: time) -> bool:
    begin, end = between
    if begin <= end:
        return begin <= local < end
    return local >= begin or local < end
