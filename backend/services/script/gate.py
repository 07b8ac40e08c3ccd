"""What stands in the way of closing an alert: mandatory steps that nobody has done, and an unknown destination."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backend.domain.alert.lifecycle import Action, Refusal, Refused
from backend.domain.alert.model import Alert
from backend.domain.script.checklist import missing
from backend.domain.script.hand_over import destination_missing
from backend.domain.script.model import BadMark, Book, Mark, MarkState, MissingStep, Script, mark
from backend.domain.script.situation import situation
from backend.services.alarm.ports import AlarmTransaction, Clock
from backend.services.script.ports import GateRecords


@dataclass(frozen=True, slots=True)
class ScriptGate:
    """The `ClosingGate` of `services.alarm.act`."""

    book: Book
    records: GateRecords
    clock: Clock

    def missing(self, tx: AlarmTransaction, alert: Alert, action: Action) -> tuple[MissingStep, ...]:
        """The steps that keep `alert` (locked, as it is before the step) open; none: it may be closed.

        Steps that `action` ticks off count, whether they are stored already or not; an impossible one without a reason
        and one that the script does not have do not. Raises `Refusal` `destination_unknown` where every step is done
        and nobody knows to which hospital the person was taken.
        """
        script = self.book.script_for(alert.type)
        around = self.records.surroundings(tx, alert)
        asked = situation(alert, around, self.records.calls(tx, alert.id), action.outcome, action.seen_by)
        marks = [*self.records.marks(tx, alert.id), *self._said(script, action)]
        steps = missing(script, marks, asked)
        if not steps and not asked.advisory and destination_missing(action.outcome, around.hand_over):
            raise Refusal(Refused.DESTINATION_UNKNOWN, alert)
        return steps

    def known(self, alert: Alert, step: str) -> bool:
        """Whether the script of this alert has such a step."""
        return self.book.script_for(alert.type).step(step) is not None

    def _said(self, script: Script, action: Action) -> Iterator[Mark]:
        for said in action.steps:
            step = script.step(said.step)
            if step is None or said.state not in set(MarkState):
                continue
            try:
                yield mark(step, MarkState(said.state), action.actor, self.clock.now(), said.reason, None)
            except BadMark:
                continue
