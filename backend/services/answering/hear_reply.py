"""A reply by text is heard: read, taken as a step if it can be, and kept in any case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from backend.domain.alert.model import Actor, ActorKind, Entry, EntryKind
from backend.domain.answering.model import Assignment, Refusal, Why
from backend.domain.answering.reply import Reply, read
from backend.services.answering.answer import Answer, UnknownLink
from backend.services.answering.ports import AnswerTransaction, Located, StoredReply
from backend.services.answering.reply_back import of_nonsense, of_refusal, of_step, say_back
from backend.services.telephony.numbers import normal_or_as_is

WRONG_TRIES: Final = 10
WITHIN: Final = timedelta(minutes=15)
"""A person mistypes two or three times. Ten wrong codes in a quarter of an hour are somebody who guesses, at odds of
one in a thousand; what comes then from this number is still shown at the desk."""
MAX_TEXT: Final = 1000
BY_TEXT: Final = "reply"


class Heard(StrEnum):
    """What became of a reply."""

    DONE = "done"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    UNKNOWN_CODE = "unknown_code"
    WRONG_NUMBER = "wrong_number"
    THROTTLED = "throttled"
    REPEATED = "repeated"


_WRONG: Final = (str(Heard.UNKNOWN_CODE), str(Heard.WRONG_NUMBER))


@dataclass(frozen=True, slots=True)
class Text:
    """What a provider brings. `provider_id`: its own number of the message, so that it counts once."""

    provider: str
    phone: str
    text: str
    provider_id: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """`assignment`: after the step; `why`: of a refusal, `by` who has it instead."""

    heard: Heard
    assignment: Assignment | None = None
    why: Why | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class HearReply:
    """The use case. It never raises for what stands in a text: a text that is not understood is kept and shown."""

    answer: Answer

    def __call__(self, text: Text) -> Result:
        """One transaction a text; a text that its provider brings again is not heard twice."""
        now = self.answer.clock.now()
        # PostgreSQL keeps no NUL.
        text = replace(text, text=text.text.replace("\x00", "")[:MAX_TEXT], phone=text.phone.replace("\x00", ""))
        phone = normal_or_as_is(text.phone)
        try:
            return self._step(text, phone, now)
        except Refusal as refusal:
            # Rolled back: the step left no trace, so the text is written down on its own.
            return self._keep(text, phone, Result(Heard.REFUSED, why=refusal.why, by=refusal.by), now)
        except UnknownLink:
            return self._keep(text, phone, Result(Heard.UNKNOWN_CODE), now)

    def _step(self, text: Text, phone: str, now: datetime) -> Result:
        with self.answer.store.begin() as tx:
            if _before(tx, text):
                return Result(Heard.REPEATED)
            reply = read(text.text)
            heard = _judge(tx, reply, phone, now)
            located = tx.by_code(reply.code) if reply is not None else None
            if heard is not None or reply is None or located is None:
                result = Result(heard or Heard.UNREADABLE)
                _write(tx, text, phone, result, self.answer.ids.new(), now)
                tx.commit()
                return result
            alert, mine, others = self.answer.locked(tx, located)
            if mine.reply_code != reply.code:
                raise UnknownLink
            after = self.answer.take(tx, alert, mine, others, reply.step, BY_TEXT, now)
            stored = _stored(text, phone, Heard.DONE, self.answer.ids.new(), now, mine)
            tx.add_reply(stored)
            say_back(tx, alert, after, stored.id, of_step(after, reply.step.kind), now)
            tx.commit()
            return Result(Heard.DONE, after)

    def _keep(self, text: Text, phone: str, result: Result, now: datetime) -> Result:
        with self.answer.store.begin() as tx:
            if not _before(tx, text):
                _write(tx, text, phone, result, self.answer.ids.new(), now)
                tx.commit()
        return result


def _before(tx: AnswerTransaction, text: Text) -> bool:
    return text.provider_id is not None and tx.reply_before(text.provider, text.provider_id) is not None


def _judge(tx: AnswerTransaction, reply: Reply | None, phone: str, now: datetime) -> Heard | None:
    """Why it cannot be a step; None where it can."""
    if tx.wrong_tries(phone, now - WITHIN, _WRONG) >= WRONG_TRIES:
        return Heard.THROTTLED
    if reply is None:
        return Heard.UNREADABLE
    located = tx.by_code(reply.code)
    if located is None:
        return Heard.UNKNOWN_CODE
    mine = tx.assignment(located.assignment_id)
    if mine is None or phone not in tx.phones(mine.recipient_kind, mine.recipient_id):
        return Heard.WRONG_NUMBER
    return None


def _write(tx: AnswerTransaction, text: Text, phone: str, result: Result, reply_id: str, now: datetime) -> None:
    """Keeps the text, and shows it on the timeline of the alert that it is about."""
    located = _about(tx, text, phone)
    mine: Assignment | None = None
    if located is not None:
        alert = tx.alert(located.alert_id)
        mine = tx.assignment(located.assignment_id)
        if alert is not None and mine is not None:
            actor = Actor(ActorKind.RESPONDER, mine.recipient_id, mine.recipient_name)
            detail = {"text": text.text, **({"why": str(result.why)} if result.why else {})}
            tx.add_entries(alert.id, [Entry(EntryKind.NOTED, actor, now, BY_TEXT, f"reply_{result.heard}", detail)])
            tx.touch(alert.id)
            say_back(tx, alert, mine, reply_id, _answer_to(result, mine), now)
    tx.add_reply(_stored(text, phone, result.heard, reply_id, now, mine))


def _answer_to(result: Result, mine: Assignment) -> str | None:
    """A number that guesses, or is not the one that was asked, hears nothing."""
    if result.heard is Heard.REFUSED:
        return of_refusal(result.why, result.by)
    return of_nonsense(mine) if result.heard in (Heard.UNREADABLE, Heard.UNKNOWN_CODE) else None


def _about(tx: AnswerTransaction, text: Text, phone: str) -> Located | None:
    """Which assignment a text is about: the one that it names, where it may, else the newest of this number."""
    asked = tx.asked_on(phone)
    reply = read(text.text)
    named = tx.by_code(reply.code) if reply is not None else None
    if named in asked:
        return named
    return asked[-1] if asked else None


def _stored(text: Text, phone: str, heard: Heard, reply_id: str, now: datetime, mine: Assignment | None) -> StoredReply:
    return StoredReply(
        reply_id,
        text.provider,
        text.provider_id,
        phone,
        text.text,
        now,
        str(heard),
        mine.alert_id if mine is not None else None,
        mine.id if mine is not None else None,
    )
