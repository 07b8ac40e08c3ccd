"""The technician who opened a test window confirms a press in it: within 60 s, or it is real."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.domain.alert.model import Actor, Alert
from backend.domain.alert.testing import Unconfirmed, confirm_test
from backend.services.alarm.act import Acted
from backend.services.alarm.apply import apply
from backend.services.alarm.ports import AlarmTransaction, Clock


class ConfirmTransaction(AlarmTransaction, Protocol):
    """An alarm transaction that knows who opened which window."""

    def opened_by(self, device_id: str, staff_id: str, at: datetime) -> bool:
        """Whether this member of staff had a window open for the device at that moment."""
        ...


class ConfirmStore(Protocol):
    """Opens transactions."""

    def begin(self) -> AbstractContextManager[ConfirmTransaction]: ...


@dataclass(frozen=True, slots=True)
class ConfirmTest:
    """The use case. Confirmed twice is confirmed once."""

    store: ConfirmStore
    clock: Clock

    def __call__(self, alert_id: str, actor: Actor, presses: int) -> Acted | Unconfirmed:
        """`DONE`, `NOT_FOUND`, or why it stays an alert. `presses`: how many they made, or saw there.

        Judged under the alert's lock, by the clock then.
        """
        with self.store.begin() as tx:
            alert = tx.alert(alert_id)
            if alert is None:
                return Acted.NOT_FOUND
            now = self.clock.now()
            if not tx.opened_by(alert.device_id, actor.id, alert.received_at):
                return Unconfirmed.NOT_YOURS if alert.test_due_at is not None else Unconfirmed.NOT_A_TEST
            decision = confirm_test(alert, actor, "console", now, presses)
            if isinstance(decision, Unconfirmed):
                return decision
            apply(tx, decision, _hearing(tx, alert), now)
            tx.commit()
        return Acted.DONE


def _hearing(tx: AlarmTransaction, alert: Alert) -> tuple[str, ...]:
    device = tx.device(alert.device_id)
    return device.hearing if device is not None else ()
