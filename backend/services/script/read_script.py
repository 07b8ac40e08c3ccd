"""The script of an alert as the desk shows it: every step with who did it, what proves it, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from backend.domain.alert.model import Alert
from backend.domain.script.checklist import StepView, views
from backend.domain.script.model import Book, Call, Mark, Script
from backend.domain.script.situation import Surroundings, situation
from backend.services.script.ports import Watch


@dataclass(frozen=True, slots=True)
class ScriptRecord:
    """What is on record of an alert, of one moment."""

    alert: Alert
    around: Surroundings
    marks: tuple[Mark, ...]
    calls: tuple[Call, ...]
    watch: Watch | None


class ScriptReader(Protocol):
    """Reads, never writes."""

    def record(self, alert_id: str) -> ScriptRecord | None: ...


@dataclass(frozen=True, slots=True)
class ScriptState:
    """The script with its steps as they stand; `record` is what they were judged by."""

    script: Script
    steps: tuple[StepView, ...]
    record: ScriptRecord


@dataclass(frozen=True, slots=True)
class ReadScript:
    """The use case of `GET /alerts/{id}/script`."""

    reader: ScriptReader
    book: Book

    def __call__(self, alert_id: str, outcome: str | None = None) -> ScriptState | None:
        """None where there is no such alert. `outcome`: what the steps would be if it were closed with that."""
        record = self.reader.record(alert_id)
        if record is None:
            return None
        script = self.book.script_for(record.alert.type)
        seen = situation(record.alert, record.around, record.calls, outcome)
        return ScriptState(script, views(script, record.marks, seen), record)
