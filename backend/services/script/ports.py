"""What the script's use cases need of storage and of other parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from backend.domain.alert.model import Actor, Alert
from backend.domain.escalation.targets import Recipient
from backend.domain.script.hand_over import HandOver
from backend.domain.script.model import Call, Mark, Silence
from backend.domain.script.situation import Surroundings
from backend.domain.script.voice import Cause
from backend.services.alarm.ports import AlarmTransaction
from backend.services.escalation.ports import Cover, NoticeOutbox


@dataclass(frozen=True, slots=True)
class Watch:
    """How far the no-voice rule has gone with an alert. `over`: nothing is watched any more. `sent`: who was called.

    `due_at`: when to look again; None: when something happens.
    """

    alert_id: str
    cause: Cause
    silence: Silence = Silence.NONE
    due_at: datetime | None = None
    fired_at: datetime | None = None
    over: bool = False
    sent: Recipient | None = None


class GateRecords(Protocol):
    """What closing looks at, within the transaction that closes."""

    def surroundings(self, tx: AlarmTransaction, alert: Alert) -> Surroundings: ...
    def calls(self, tx: AlarmTransaction, alert_id: str) -> Sequence[Call]: ...
    def marks(self, tx: AlarmTransaction, alert_id: str) -> Sequence[Mark]: ...


class ScriptTransaction(AlarmTransaction, Protocol):
    """An alarm transaction with what the script and its calls have on record."""

    @property
    def cover(self) -> Cover: ...
    @property
    def notices(self) -> NoticeOutbox: ...
    def facts(self, alert: Alert) -> Mapping[str, Any]:
        """What a message about the alert is made of; never a door code."""
        ...

    def free_alert(self, alert_id: str) -> Alert | None:
        """Locked; None where another transaction holds it: whoever holds it, or the next tick, looks."""
        ...

    def surroundings(self, alert: Alert) -> Surroundings: ...
    def marks_of(self, alert_id: str) -> Sequence[Mark]: ...
    def add_marks(self, alert_id: str, said: Sequence[Mark]) -> None: ...
    def calls_of(self, alert_id: str) -> Sequence[Call]: ...
    def put_call(self, call: Call) -> None:
        """Adds it, or replaces the row of the same id."""
        ...

    def put_hand_over(self, alert_id: str, record: HandOver, by: Actor, at: datetime) -> None: ...
    def follow_up_once(self, alert_id: str, at: datetime) -> bool:
        """True for the first to ask: theirs is to make the follow-ups."""
        ...

    def watch(self, alert_id: str) -> Watch | None: ...
    def put_watch(self, watch: Watch) -> None: ...


class ScriptStore(Protocol):
    """Opens transactions; looks without one."""

    def begin(self) -> AbstractContextManager[ScriptTransaction]: ...
    def to_watch(self, now: datetime, limit: int) -> Sequence[str]:
        """Alerts that somebody has accepted and nobody watches yet, and those whose watch is due: by severity."""
        ...


class FollowUps(Protocol):
    """Where somebody is asked later how the person is."""

    def schedule(self, tx: AlarmTransaction, alert_id: str, due_at: datetime, kind: str) -> None:
        """In the same transaction; the alert is locked. The same alert and kind is one follow-up, for ever."""
        ...
