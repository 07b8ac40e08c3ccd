"""Somebody says of a step: done, or impossible because of something."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend.domain.alert.model import Actor, EntryKind
from backend.domain.script.model import Book, Evidence, MarkState, Step, StepKind, mark
from backend.services.alarm.ports import Clock
from backend.services.script.change import write, write_heard
from backend.services.script.once import done_before, keep
from backend.services.script.ports import ScriptStore
from backend.services.script.watch_voice import look


class Ticked(StrEnum):
    """What became of it. `once.KeyReused` and `model.BadMark` are raised."""

    DONE = "done"
    NO_ALERT = "no_alert"
    NO_STEP = "no_step"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TickOff:
    """The use case."""

    store: ScriptStore
    book: Book
    clock: Clock

    def __call__(
        self,
        alert_id: str,
        step_id: str,
        state: MarkState,
        actor: Actor,
        reason: str | None = None,
        note: str | None = None,
        key: str | None = None,
    ) -> Ticked:
        """Marks are added, never changed: the last one of a step counts. A closed alert takes no more."""
        now = self.clock.now()
        fingerprint = f"script {alert_id} {step_id} {state} {reason!r} {note!r}"
        with self.store.begin() as tx:
            alert = tx.alert(alert_id)
            if alert is None:
                return Ticked.NO_ALERT
            if done_before(tx, actor.id, key, fingerprint):
                return Ticked.DONE
            if alert.ended:
                return Ticked.CLOSED
            step = self.book.script_for(alert.type).step(step_id)
            if step is None:
                return Ticked.NO_STEP
            said = mark(step, state, actor, now, reason, note)
            tx.add_marks(alert.id, [said])
            label = {"zh-CN": step.label.zh, "en": step.label.en}
            detail = {"step": step.id, "state": str(state), "label": label, "text": said.note}
            alert = write(tx, alert, EntryKind.SCRIPT_STEP, actor, now, said.reason or "", detail)
            if state is MarkState.DONE and is_voice(step):
                alert = write_heard(tx, alert, actor, now)
            look(tx, self.book, alert, now)
            keep(tx, actor.id, key, fingerprint, now)
        return Ticked.DONE


def is_voice(step: Step) -> bool:
    """Whether having done it means that somebody has spoken with the person."""
    return step.kind in (StepKind.CALL_TERMINAL, StepKind.CALL_RESIDENT) and Evidence.VOICE in step.fulfilled_by
