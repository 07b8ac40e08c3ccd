"""What came of a call: a voice fixes the figure, a wrong number is doubted, silence may send the key holder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from backend.domain.alert.model import Actor, EntryKind
from backend.domain.script.model import Book, Call, CallResult, CallTarget
from backend.services.alarm.ports import Clock
from backend.services.script.change import write, write_heard
from backend.services.script.watch_voice import look
from backend.services.telephony.ports import CallStore, CallTransaction


class Ended(StrEnum):
    """What became of it."""

    DONE = "done"
    UNCHANGED = "unchanged"
    NO_CALL = "no_call"
    OTHER_RESULT = "other_result"


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of a call. `seconds`: how long they spoke; `recording_reference`: where it can be heard."""

    result: CallResult
    seconds: int | None = None
    recording_reference: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class EndCall:
    """The use case. A call ends once: the same result again changes nothing, another one is refused."""

    store: CallStore
    book: Book
    clock: Clock

    def __call__(self, call_id: str, said: Said, actor: Actor) -> Ended:
        now = self.clock.now()
        with self.store.begin() as tx:
            alert_id = tx.alert_of_call(call_id)
            alert = tx.alert(alert_id) if alert_id is not None else None
            if alert is None:
                return Ended.NO_CALL
            call = next((one for one in tx.calls_of(alert.id) if one.id == call_id), None)
            if call is None:
                return Ended.NO_CALL
            if call.result is not None:
                return Ended.UNCHANGED if _same(call, said) else Ended.OTHER_RESULT
            tx.put_call(_ended(call, said, now))
            detail = {**_told(call, said), "number_doubted": _doubted(tx, call, said) or None}
            alert = write(tx, alert, EntryKind.CALL_ENDED, actor, now, str(said.result), detail)
            if said.result is CallResult.SPOKEN and call.to_person:
                alert = write_heard(tx, alert, actor, now)
            look(tx, self.book, alert, now)
            tx.commit()
        return Ended.DONE


def _same(call: Call, said: Said) -> bool:
    return Said(said.result, call.seconds, call.recording_reference, call.note) == said and call.result is said.result


def _ended(call: Call, said: Said, now: datetime) -> Call:
    return replace(
        call,
        result=said.result,
        ended_at=now,
        seconds=said.seconds,
        recording_reference=said.recording_reference,
        note=said.note,
    )


def _told(call: Call, said: Said) -> dict[str, Any]:
    return {
        "call_id": call.id,
        "to": str(call.to),
        "to_id": call.to_id,
        "seconds": said.seconds,
        "recording_reference": said.recording_reference,
        "text": said.note,
    }


def _doubted(tx: CallTransaction, call: Call, said: Said) -> bool:
    wrong = said.result is CallResult.WRONG_NUMBER and call.to is CallTarget.CONTACT and call.to_id is not None
    return wrong and tx.doubt_contact(call.to_id or "")
