"""Press accounting within a transaction of the emergency lane: one read and one write by key for each device."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, bindparam, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.adapters.db.accounting import accounts, findings
from backend.adapters.db.alarm import events
from backend.domain.accounting.account import Account
from backend.domain.accounting.findings import Finding
from backend.services.alarm.press_records import AnswerStep

DETAIL_CHARACTERS: Final = 200
_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Account)
# Built once: a press pays for it.
_ACCOUNT: Final = select(accounts.c.account).where(accounts.c.device_id == bindparam("device"))


def _put_account(module: Any) -> Any:
    statement = module.insert(accounts)
    values = {name: statement.excluded[name] for name in ("account", "updated_at")}
    return statement.on_conflict_do_update(index_elements=[accounts.c.device_id], set_=values)


def _put_finding(module: Any) -> Any:
    statement = module.insert(findings)
    new = statement.excluded
    values = {
        "count": findings.c.count + new.count,
        "detail": new.detail,
        "last_at": new.last_at,
        "alert_id": func.coalesce(new.alert_id, findings.c.alert_id),
        # Asked once a day; what had come right before somebody was asked is looked at again.
        "due_at": case((findings.c.order_id.is_(None), func.coalesce(findings.c.due_at, new.due_at)), else_=None),
    }
    keys = [findings.c.device_id, findings.c.kind, findings.c.day]
    return statement.on_conflict_do_update(index_elements=keys, set_=values)


_PUT_ACCOUNT: Final = {"sqlite": _put_account(sqlite), "postgresql": _put_account(postgresql)}
_PUT_FINDING: Final = {"sqlite": _put_finding(sqlite), "postgresql": _put_finding(postgresql)}
_STEPS: Final = {AnswerStep.LEFT: events.c.answer_left_at, AnswerStep.CONFIRMED: events.c.answer_confirmed_at}
_NOTE: Final = {
    step: update(events)
    .where(events.c.device_id == bindparam("device"), events.c.event_id == bindparam("event"), column.is_(None))
    .values({column.name: bindparam("at", type_=column.type)})
    for step, column in _STEPS.items()
}


def to_account(text: str) -> Account | None:
    """The account that a row holds; None where it cannot be read."""
    try:
        return _DECODER.decode(text)
    except msgspec.MsgspecError:
        return None


def account_text(account: Account) -> str:
    """What a row holds of it."""
    return _ENCODER.encode(account).decode()


class PressRecordsSql:
    """`PressRecords` on the connection of a transaction."""

    _db: Connection

    def press_account(self, device_id: str) -> Account | None:
        text = self._db.scalar(_ACCOUNT, {"device": device_id})
        return to_account(text) if text is not None else None

    def save_press_account(self, device_id: str, account: Account, at: datetime) -> None:
        row = {"device_id": device_id, "account": account_text(account), "updated_at": at}
        self._db.execute(_PUT_ACCOUNT[self._db.dialect.name], row)

    def note_press_finding(self, finding: Finding) -> None:
        row = {
            "device_id": finding.device_id,
            "kind": str(finding.kind),
            "day": finding.at.astimezone(UTC).date().isoformat(),
            "count": finding.count,
            "detail": finding.detail[:DETAIL_CHARACTERS],
            "first_at": finding.at,
            "last_at": finding.at,
            "due_at": finding.due_at,
            "alert_id": finding.alert_id,
        }
        self._db.execute(_PUT_FINDING[self._db.dialect.name], row)

    def note_answer(self, device_id: str, event_id: str, step: AnswerStep, at: datetime) -> None:
        self._db.execute(_NOTE[step], {"device": device_id, "event": event_id, "at": at})
