"""A press that never came is an urgent alert, now: one open alert per device, in the transaction that found it out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from backend.domain.accounting.missing_press import found_after_all, missing_press, more_missing, raise_missing
from backend.domain.accounting.spans import Spans
from backend.domain.alert.model import AlertId
from backend.services.alarm.place import place_of
from backend.services.alarm.ports import AlarmTransaction, Ids
from contract.vocabulary import PRESS_MISSING


def report_missing(tx: AlarmTransaction, ids: Ids, device_id: str, lost: Spans, source: str, now: datetime) -> AlertId:
    """Raises it, or counts on the one that is open. The device is locked."""
    press, place = missing_press(device_id, now, source), place_of(tx.device(device_id))
    open_alert = tx.open_alert(device_id, PRESS_MISSING)
    if open_alert is not None:
        decision = more_missing(open_alert, press, place, lost, now)
        tx.save_alert(decision.alert)
        tx.wake_run(decision.alert.id, now)
    else:
        previous = tx.last_alert(device_id, PRESS_MISSING)
        decision = raise_missing(AlertId(ids.new()), press, place, previous, lost, now)
        tx.add_alert(decision.alert)
        tx.begin_run(decision.alert.id, decision.alert.received_at, now)
    tx.add_entries(decision.alert.id, decision.entries)
    tx.touch(decision.alert.id)
    return decision.alert.id


def report_found(tx: AlarmTransaction, device_id: str, numbers: Sequence[int], source: str, now: datetime) -> None:
    """Told in the latest alert about missing presses, closed or not."""
    alert_id = tx.last_alert(device_id, PRESS_MISSING)
    if alert_id is not None:
        tx.add_entries(alert_id, [found_after_all(device_id, numbers, source, now)])
        tx.touch(alert_id)
