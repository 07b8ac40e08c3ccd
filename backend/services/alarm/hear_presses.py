"""A device's events of one batch are reconciled with its numbers, in the transaction that stores them.

It never costs a press: what breaks here is told, and the account is then as it was before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from backend.domain.accounting.account import Account, Hearing, Numbers, hear, hearing_order
from backend.domain.accounting.findings import Balance, Finding, FindingKind, balance
from backend.domain.accounting.spans import as_text, size
from backend.domain.accounting.track import Fact
from backend.domain.alert.raising import Press
from backend.services.alarm.oddities import Odd, Oddity
from backend.services.alarm.ports import AlarmTransaction, Ids, StoredEvent
from backend.services.alarm.report_missing import report_found, report_missing
from contract.messages import Event
from contract.vocabulary import SOS, Flag

log = structlog.get_logger()

REPLAY_AFTER: Final = timedelta(hours=1)
"""A terminal repeats an event until it is answered, and hears an answer sooner than this once we have had the event."""
_FLAGGED: Final = {
    Flag.IDENTITY_CONFLICT: Odd.IDENTITY_CONFLICT,
    Flag.ID_REUSED: Odd.ID_REUSED,
    Flag.RETAINED: Odd.RETAINED_UNSEEN,
}
_FACTS: Final = {
    Fact.FOUND: Odd.FOUND_LATE,
    Fact.REPEATED: Odd.NUMBER_REPEATED,
    Fact.JUMPED: Odd.NUMBER_JUMPED,
    Fact.OLD: Odd.NUMBER_OLD,
    Fact.RESTARTED: Odd.COUNTER_RESTARTED,
    Fact.UNNUMBERED: Odd.UNNUMBERED,
}


@dataclass(frozen=True, slots=True)
class HearPresses:
    """Of one device and batch: `new` and `copy` for each event, then `settle` once."""

    tx: AlarmTransaction
    ids: Ids
    now: datetime
    gateway: str
    device_id: str
    _heard: list[tuple[Numbers, str]] = field(default_factory=list)
    _odd: list[Oddity] = field(default_factory=list)

    def new(self, event: Event, press: Press) -> None:
        """An event that was not there before. Numbers under somebody else's name are nobody's."""
        foreign = Flag.IDENTITY_CONFLICT in press.flags
        is_sos = event.type == SOS
        numbers = Numbers(None, None, None, is_sos) if foreign else _numbers(event, is_sos)
        self._heard.append((numbers, event.id))
        self._odd.extend(self._oddity(_FLAGGED[flag], event.id) for flag in _flags(press) if flag in _FLAGGED)
        if press.time.skew is not None:
            kind = Odd.CLOCK_AHEAD if press.time.skew > timedelta(0) else Odd.CLOCK_BEHIND
            self._odd.append(self._oddity(kind, event.id, f"{int(press.time.skew.total_seconds())} s"))

    def copy(self, stored: StoredEvent, event_id: str | None, received_at: datetime, retained: bool) -> None:
        """An event that is there already: no news, but it may be a replay."""
        if retained:
            self._odd.append(self._oddity(Odd.RETAINED_COPY, event_id))
        elif received_at - stored.received_at > REPLAY_AFTER:
            self._odd.append(self._oddity(Odd.OLD_ID_REPLAYED, event_id))

    def settle(self) -> Sequence[Oddity]:
        """Reads and writes the account once; what is odd, to be told after the commit."""
        if not self._heard:
            return self._odd
        try:
            told = self._settle()
        except Exception as error:
            if self.tx.is_storage_fault(error):
                raise
            log.exception("presses_not_accounted", device_id=self.device_id)
            return [*self._odd, self._oddity(Odd.NOT_ACCOUNTED)]
        return [*self._odd, *told]

    def _settle(self) -> list[Oddity]:
        account = self.tx.press_account(self.device_id) or Account()
        by_seq: list[Hearing] = []
        by_sos: list[Hearing] = []
        odd: list[Oddity] = []
        for numbers, event_id in sorted(self._heard, key=lambda pair: hearing_order(pair[0])):
            heard = hear(account, numbers)
            account = heard.account
            by_seq.append(heard.seq)
            if heard.sos is not None:
                by_sos.append(heard.sos)
            said = {heard.seq.fact, *([heard.sos.fact] if heard.sos is not None else [])}
            odd += [self._oddity(_FACTS[fact], event_id) for fact in said if fact in _FACTS]
        seq, sos = balance(by_seq), balance(by_sos)
        if seq.lost or sos.lost or sos.found or seq.broken or sos.broken:
            with self.tx.savepoint():
                odd += self._report(seq, sos)
        self.tx.save_press_account(self.device_id, account, self.now)
        return odd

    def _report(self, seq: Balance, sos: Balance) -> list[Oddity]:
        odd: list[Oddity] = []
        if sos.found:
            report_found(self.tx, self.device_id, sos.found, self.gateway, self.now)
        if sos.lost:
            alert_id = report_missing(self.tx, self.ids, self.device_id, sos.lost, self.gateway, self.now)
            self._note(FindingKind.SOS_GAP, size(sos.lost), as_text(sos.lost), alert_id)
            odd.append(self._oddity(Odd.SOS_GAP, alert_id, as_text(sos.lost)))
        if seq.lost:
            self._note(FindingKind.SEQ_GAP, size(seq.lost), as_text(seq.lost))
            odd.append(self._oddity(Odd.SEQ_GAP, detail=as_text(seq.lost)))
        if seq.broken or sos.broken:
            self._note(FindingKind.NUMBERING, max(seq.broken, sos.broken), "")
        return odd

    def _note(self, kind: FindingKind, count: int, detail: str, alert_id: str | None = None) -> None:
        self.tx.note_press_finding(Finding(self.device_id, kind, count, detail, self.now, alert_id))

    def _oddity(self, kind: Odd, subject: str | None = None, detail: str = "") -> Oddity:
        return Oddity(kind, self.device_id, subject or "", detail)


def _numbers(event: Event, is_sos: bool) -> Numbers:
    return Numbers(event.boot, event.seq, event.sos_seq, is_sos)


def _flags(press: Press) -> tuple[Flag, ...]:
    return (*press.flags, *press.time.flags)
