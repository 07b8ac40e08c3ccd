"""A manager looks at a step that somebody called impossible, once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from backend.domain.access.sight import WHOLE, Sight
from backend.domain.alert.model import Actor, EntryKind
from backend.domain.script.review import ImpossibleStep, Review, ReviewVerdict
from backend.services.alarm.ports import Clock
from backend.services.script.change import write
from backend.services.script.ports import ScriptTransaction


class Reviewed(StrEnum):
    """What became of it."""

    DONE = "done"
    NOT_FOUND = "not_found"
    OTHER_VERDICT = "other_verdict"


class ReviewTransaction(ScriptTransaction, Protocol):
    """The script's transaction, with reviews."""

    def impossible(self, mark_id: int) -> ImpossibleStep | None: ...
    def review_of(self, mark_id: int) -> Review | None: ...
    def add_review(self, review: Review) -> None: ...


class ReviewStore(Protocol):
    """Opens transactions; reads the list."""

    def begin(self) -> AbstractContextManager[ReviewTransaction]: ...
    def awaiting(self, limit: int, sight: Sight = WHOLE) -> Sequence[ImpossibleStep]:
        """Those that nobody has reviewed, the oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class ReviewStep:
    """The use case. The first review stays; the same verdict again changes nothing."""

    store: ReviewStore
    clock: Clock

    def __call__(self, mark_id: int, verdict: ReviewVerdict, note: str | None, actor: Actor) -> Reviewed:
        now = self.clock.now()
        with self.store.begin() as tx:
            step = tx.impossible(mark_id)
            alert = tx.alert(step.alert_id) if step is not None else None
            if step is None or alert is None:
                return Reviewed.NOT_FOUND
            before = tx.review_of(mark_id)
            if before is not None:
                return Reviewed.DONE if before.verdict is verdict else Reviewed.OTHER_VERDICT
            tx.add_review(Review(mark_id, verdict, note, actor.id, actor.name, now))
            detail = {"step": step.mark.step, "state": "reviewed", "verdict": str(verdict), "text": note}
            write(tx, alert, EntryKind.SCRIPT_STEP, actor, now, step.mark.reason or "", detail)
            tx.commit()
        return Reviewed.DONE
