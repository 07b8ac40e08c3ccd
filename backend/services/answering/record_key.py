"""A key is used or brought back, and somebody at the desk writes it down."""

from __future__ import annotations

from dataclasses import dataclass

from backend.domain.alert.model import Actor, Entry, EntryKind
from backend.domain.answering.model import KeyKind
from backend.services.alarm.ports import Clock, Ids
from backend.services.answering.ports import AnswerStore, KeyUse

FROM_DESK = "console"


@dataclass(frozen=True, slots=True)
class RecordKey:
    """The use cases."""

    store: AnswerStore
    clock: Clock
    ids: Ids

    def taken(self, alert_id: str, who: str, kind: KeyKind, operator: Actor, once: str | None) -> str | None:
        """The id of the entry; None where there is no such alert, or it is about no home."""
        now = self.clock.now()
        with self.store.begin() as tx:
            alert = tx.alert(alert_id)
            if alert is None or alert.home_id is None:
                return None
            use = KeyUse(self.ids.new(), alert.home_id, alert.id, None, who, str(kind), now)
            if once is not None:
                before = tx.done_before(operator.id, once)
                if before is not None:
                    return before
                tx.mark_done(operator.id, once, use.id, now)
            tx.add_key_use(use)
            detail = {"key": str(kind), "who": who}
            tx.add_entries(alert.id, [Entry(EntryKind.KEY_USED, operator, now, FROM_DESK, "taken", detail)])
            tx.touch(alert.id)
            tx.commit()
        return use.id

    def returned(self, use_id: str, operator: Actor) -> bool:
        """False where there is no such entry. Brought back twice is brought back once."""
        now = self.clock.now()
        with self.store.begin() as tx:
            use = tx.key_use(use_id)
            if use is None:
                return False
            alert = tx.alert(use.alert_id)
            if alert is not None and tx.return_key(use_id, now):
                detail = {"key": use.kind, "who": use.who}
                tx.add_entries(alert.id, [Entry(EntryKind.KEY_USED, operator, now, FROM_DESK, "returned", detail)])
                tx.touch(alert.id)
                tx.commit()
        return True
