"""When each step was due by the policy alone: the timeline says what happened, never when it should have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from backend.domain.escalation.policy import BUILT_IN, Policy
from backend.domain.escalation.run import Run, fired, is_last_resort, next_due, next_firing, resumed, skipped


class Mark(StrEnum):
    """What moves the steps of a run, and what does not let one fire."""

    FIRED = "fired"
    SKIPPED = "skipped"
    """Nobody was reached: what follows is due when this was."""
    MISSED = "missed"
    """Told together with a later one, because nobody looked in between."""
    WENT_ON = "went_on"
    """It had rested; nobody has it any more."""
    HELD = "held"
    RELEASED = "released"
    GRAVER = "graver"
    """Its severity rose: where another policy fires from here on, that one begins here."""
    REAL = "real"
    """A technician's test was not confirmed: nothing was owed before."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a timeline, as far as steps are concerned. `step` from 1; `until`: how long it is held."""

    mark: Mark
    at: datetime
    step: int = 0
    round: int = 0
    policy: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FiredStep:
    """The `step`-th of the policy fired `at` (`fired` False: it had not by then), and was due at `due`."""

    step: int
    round: int
    at: datetime
    due: datetime
    fired: bool = True


_FIRINGS: Final = (Mark.FIRED, Mark.SKIPPED, Mark.MISSED)


@dataclass(slots=True)
class Schedule:
    """A policy that is followed line by line, from `began_at` on. `policies`: of the alert's own book."""

    policies: Mapping[str, Policy]
    policy: Policy
    run: Run
    steps: list[FiredStep]
    not_before: datetime | None = None
    _graver_at: datetime | None = None

    def follow(self, line: Line) -> None:
        """What this line did to what comes after it."""
        if line.mark in _FIRINGS:
            self._fire(line)
        elif line.mark is Mark.WENT_ON:
            self.run = resumed(self.policy, replace(self.run, held_until=None), line.at)
        elif line.mark is Mark.HELD:
            self.run = replace(self.run, held_until=line.until)
        elif line.mark is Mark.RELEASED:
            self.not_before, self.run = self.run.held_until, replace(self.run, held_until=None)
        elif line.mark is Mark.GRAVER:
            self._graver_at = line.at
        else:
            self.not_before = line.at

    def _fire(self, line: Line) -> None:
        self._change_policy(line)
        if not self._reach(line):
            return  # it fired once more than the policy has it: too often is not too late
        self.steps.append(FiredStep(line.step, line.round, line.at, self.due()))
        if line.mark is Mark.SKIPPED:
            self.run = skipped(self.policy, self.run)
        elif line.mark is Mark.MISSED:
            self.run = replace(self.run, step=self.run.step + 1)
        else:
            self.run = replace(fired(self.policy, self.run, 1, line.at), held_until=self.run.held_until)

    def _change_policy(self, line: Line) -> None:
        if line.policy in (None, self.policy.id):
            return
        self.policy = self.policies.get(line.policy or "", BUILT_IN)
        if self.steps:  # the first line says which policy was chosen; a later one that it was changed
            self.run = Run(self.run.alert_id, self.run.book, self._graver_at or line.at)

    def _reach(self, line: Line) -> bool:
        """Up to the firing of this line; what the policy has before it was never done."""
        run = self.run
        left_out = []
        while self._next() != (line.step, line.round):
            if is_last_resort(self.policy, self.run):
                self.run = run
                return False
            left_out.append(FiredStep(*self._next(), line.at, self.due(), fired=False))
            self.run = replace(self.run, step=self.run.step + 1)
        self.steps += left_out
        return True

    def _next(self) -> tuple[int, int]:
        firing = next_firing(self.policy, self.run)
        return firing.step + 1, firing.round

    def due(self) -> datetime:
        """When what is next is due: not while it is held, and not before it is real."""
        moments = (next_due(self.policy, self.run)[1], self.run.held_until, self.not_before)
        return max(moment for moment in moments if moment is not None)

    def owed(self, at: datetime) -> FiredStep | None:
        """What was next at the closing, although somebody was still wanted. The last resort is owed to nobody."""
        if is_last_resort(self.policy, self.run):
            return None
        return FiredStep(*self._next(), at, self.due(), fired=False)


def followed(policies: Mapping[str, Policy], policy: Policy, began_at: datetime, lines: Sequence[Line]) -> Schedule:
    """The schedule after all `lines`, in their order. `policy`: where no line says which."""
    first = next((line.policy for line in lines if line.mark in _FIRINGS and line.policy), policy.id)
    schedule = Schedule(policies, policies.get(first, policy), Run("", "", began_at), [])
    for line in lines:
        schedule.follow(line)
    return schedule
