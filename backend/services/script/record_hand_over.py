"""What is known of the hand-over to 120 is written down, and once the hospital is known somebody asks later."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend.domain.alert.model import Actor, EntryKind
from backend.domain.script.hand_over import FOLLOW_UPS, HandOver, changes
from backend.services.alarm.ports import Clock
from backend.services.script.change import write
from backend.services.script.ports import FollowUps, ScriptStore


class Recorded(StrEnum):
    """What became of it."""

    DONE = "done"
    UNCHANGED = "unchanged"
    NO_ALERT = "no_alert"


@dataclass(frozen=True, slots=True)
class RecordHandOver:
    """The use case. The record may be completed after the alert has been closed."""

    store: ScriptStore
    follow_ups: FollowUps
    clock: Clock

    def __call__(self, alert_id: str, record: HandOver, actor: Actor) -> Recorded:
        """The whole record, in place of the one before; what changed stands in the timeline with what was there."""
        now = self.clock.now()
        with self.store.begin() as tx:
            alert = tx.alert(alert_id)
            if alert is None:
                return Recorded.NO_ALERT
            detail = changes(tx.surroundings(alert).hand_over, record)
            if not detail:
                return Recorded.UNCHANGED
            tx.put_hand_over(alert.id, record, actor, now)
            write(tx, alert, EntryKind.HANDED_TO_120, actor, now, "", detail)
            if record.hospital and tx.follow_up_once(alert.id, now):
                for kind, span in FOLLOW_UPS.items():
                    self.follow_ups.schedule(tx, alert.id, record.called_at + span, kind)
            tx.commit()
        return Recorded.DONE
