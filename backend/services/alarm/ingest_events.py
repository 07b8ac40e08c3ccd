"""Take in a batch from a gateway's emergency lane: store, alarm, answer, all in one transaction."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

import structlog

from backend.domain.alert.model import Alert, AlertId, Decision
from backend.domain.alert.raising import Press, clear, press_again, raise_alert, receive_earlier
from backend.domain.alert.testing import Reality, as_test, is_test, make_real
from backend.domain.alert.timing import press_time
from backend.services.alarm.answer import Answering, Hearer
from backend.services.alarm.hear_presses import HearPresses
from backend.services.alarm.oddities import Oddity, Told, write_down
from backend.services.alarm.place import place_of
from backend.services.alarm.ports import AlarmStore, AlarmTransaction, Clock, Ids, KnownDevice, NewEvent, StoredEvent
from contract.codec import Refusal, decode_event
from contract.ingest import EventItem, EventsAnswer, Outcome
from contract.messages import Event
from contract.times import parse_time
from contract.topics import MAX_PACKET_BYTES, is_device_id
from contract.vocabulary import UNREADABLE, Flag, IngestOutcome, event_type

_log = structlog.get_logger()
COPY_WITHIN: Final = timedelta(seconds=10)
"""The same bytes without an id from two gateways within this time are one delivery to both."""
GATEWAY_AHEAD: Final = timedelta(minutes=5)
"""A gateway's receive time further ahead than this is not believed."""


@dataclass(frozen=True, slots=True)
class IngestEvents:
    """The use case."""

    store: AlarmStore
    clock: Clock
    ids: Ids
    lease_seconds: float
    told: Told = write_down

    def __call__(self, gateway: str, items: Sequence[EventItem]) -> EventsAnswer:
        """Outcomes in the order of `items`, and the answers leased to `gateway`.

        Everything is committed when this returns; when it raises, nothing is stored.
        """
        now = self.clock.now()
        outcomes: dict[int, Outcome] = {}
        odd: list[Oddity] = []
        with self.store.begin() as tx:
            answering = Answering(tx, self.ids, now, gateway, self.lease_seconds)
            # By device, so that two gateways with the same copies take their locks in the same order.
            by_device = sorted(enumerate(items), key=lambda pair: pair[1].device_id)
            for device_id, group in groupby(by_device, key=lambda pair: pair[1].device_id):
                presses = HearPresses(tx, self.ids, now, gateway, device_id)
                intake = _Intake(tx, self.ids, now, gateway, answering, presses)
                outcomes |= {index: intake.take(index, item) for index, item in group}
                odd += presses.settle()
            commands = answering.leased()
            tx.commit()
        for oddity in odd:
            self.told(oddity)
        return EventsAnswer(outcomes=[outcomes[index] for index in range(len(items))], commands=commands)


@dataclass(frozen=True, slots=True)
class _Incoming:
    """One item with what is known of it. `event` None: unreadable, then `reason` says why."""

    item: EventItem
    payload: bytes
    event: Event | None
    event_id: str | None
    reason: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class _Intake:
    tx: AlarmTransaction
    ids: Ids
    now: datetime
    gateway: str
    answering: Answering
    presses: HearPresses

    def take(self, index: int, item: EventItem) -> Outcome:
        if not is_device_id(item.device_id):
            return Outcome(index=index, outcome=IngestOutcome.REFUSED, reason="bad_device_id")
        incoming = _read(item, self.now)
        # Whatever it is in an event that breaks us or storage: it still alarms, as something that could not be read.
        unreadable = replace(incoming, event=None, reason="not_processable")
        for attempt in (incoming, unreadable):
            try:
                with self.answering.undone_when_it_raises():
                    return self._take(index, attempt)
            except Exception as error:
                if self.tx.is_storage_fault(error):
                    raise
                _log.exception("event_not_taken", device_id=item.device_id)
        return self._take(index, replace(unreadable, event_id=None))

    def _take(self, index: int, incoming: _Incoming) -> Outcome:
        device_id = incoming.item.device_id
        self.tx.lock_device(device_id)
        device = self.tx.device(device_id)
        if incoming.event is None:
            return self._unreadable(index, incoming, device)
        copies = self.tx.events(device_id, incoming.event.id)
        variant = _variant(incoming.event)
        readable = [copy for copy in copies if copy.readable]
        if incoming.item.retained and readable:
            return self._copy(index, readable[0], incoming, device)
        same = next((copy for copy in readable if copy.variant == variant), None)
        if same is not None:
            return self._copy(index, same, incoming, device)
        flags = (*incoming.event.flags, *((Flag.ID_REUSED,) if copies else ()))
        return self._new(index, incoming, incoming.event, variant, flags, device)

    def _copy(self, index: int, stored: StoredEvent, incoming: _Incoming, device: KnownDevice | None) -> Outcome:
        """The same event again: nothing new happens, but a terminal that asks again is answered again."""
        self.tx.count_copy(stored.id, incoming.received_at, self.now)
        if stored.alert_id is not None and incoming.received_at < stored.received_at:
            self._received_earlier(stored, incoming.received_at)
        answered = event_type(stored.type).answered or stored.type == UNREADABLE
        if answered and incoming.event_id is not None and not incoming.item.retained:
            to = Hearer(incoming.item.device_id, stored.alert_id, _hearing(device))
            self.answering.received(to, incoming.event_id, incoming.received_at)
        self.presses.copy(stored, incoming.event_id, incoming.received_at, incoming.item.retained)
        return Outcome(index=index, outcome=IngestOutcome.DUPLICATE, alert_id=stored.alert_id)

    def _received_earlier(self, stored: StoredEvent, received_at: datetime) -> None:
        alert = self.tx.alert(stored.alert_id or "")
        if alert is None or alert.received_at != stored.received_at:
            return  # another press was the first
        decision = receive_earlier(alert, received_at, self.gateway, self.now)
        self.tx.save_alert(decision.alert)
        self._record(decision, None, received_at)

    def _new(
        self,
        index: int,
        incoming: _Incoming,
        event: Event,
        variant: str,
        flags: tuple[Flag, ...],
        device: KnownDevice | None,
    ) -> Outcome:
        kind = event_type(event.type)
        device_time = parse_time(event.time) if event.time else None
        time = press_time(device_time, incoming.received_at, incoming.item.retained, self.now)
        press = Press(
            device_id=incoming.item.device_id,
            type=event.type,
            event_id=event.id if kind.answered else None,
            time=time,
            received_at=incoming.received_at,
            source=self.gateway,
            flags=flags,
            transmitter=event.transmitter,
        )
        alert: Alert | None = None
        if kind.severity is not None:
            alert = self._alarm(press, device)
        elif kind.clears is not None:
            alert = self._clear(press, kind.clears)
        if alert is None and kind.answered:
            to = Hearer(incoming.item.device_id, None, _hearing(device), time.ahead)
            self.answering.received(to, event.id, incoming.received_at)
        self.tx.add_event(
            NewEvent(
                device_id=incoming.item.device_id,
                event_id=event.id,
                variant=variant,
                readable=True,
                type=event.type,
                device_time=device_time,
                received_at=incoming.received_at,
                stored_at=self.now,
                retained=incoming.item.retained,
                gateway=self.gateway,
                payload=incoming.payload,
                flags=tuple(dict.fromkeys((*flags, *time.flags))),
                alert_id=alert.id if alert else None,
                seq=event.seq,
                boot=event.boot,
                sos_seq=event.sos_seq,
            )
        )
        self.presses.new(event, press)
        return _accepted(index, device, alert)

    def _unreadable(self, index: int, incoming: _Incoming, device: KnownDevice | None) -> Outcome:
        """One open alert per known device with a count; from a stranger it is kept for inspection (rule 11)."""
        device_id = incoming.item.device_id
        key = incoming.event_id or f"bytes:{hashlib.sha256(incoming.payload).hexdigest()}"
        variant = f"unreadable|{incoming.item.received_at}"
        copies = self.tx.events(device_id, key)
        same = next((c for c in copies if _same_unreadable(c, incoming, variant, self.gateway)), None)
        if same is not None:
            return self._copy(index, same, incoming, device)
        self.tx.keep_refused(device_id, self.gateway, incoming.reason, incoming.payload, self.now)
        if device is None:
            return Outcome(index=index, outcome=IngestOutcome.REFUSED, reason=incoming.reason)
        time = press_time(None, incoming.received_at, incoming.item.retained, self.now)
        alert = self._alarm(
            Press(
                device_id,
                UNREADABLE,
                incoming.event_id,
                time,
                incoming.received_at,
                self.gateway,
                reason=incoming.reason,
            ),
            device,
        )
        self.tx.add_event(
            NewEvent(
                device_id=device_id,
                event_id=key,
                variant=variant,
                readable=False,
                type=UNREADABLE,
                device_time=None,
                received_at=incoming.received_at,
                stored_at=self.now,
                retained=incoming.item.retained,
                gateway=self.gateway,
                payload=incoming.payload,
                flags=time.flags,
                alert_id=alert.id,
                reason=incoming.reason,
            )
        )
        return Outcome(index=index, outcome=IngestOutcome.UNREADABLE, alert_id=alert.id, reason=incoming.reason)

    def _alarm(self, press: Press, device: KnownDevice | None) -> Alert:
        open_alert = self.tx.open_alert(press.device_id, press.type)
        window = device.test_window if device is not None and is_test(device.test_window, press, self.now) else None
        if open_alert is not None:
            decision = press_again(open_alert, press, place_of(device), self.now)
            if window is None:
                real = make_real(decision.alert, Reality.PRESSED_OUTSIDE, self.gateway, self.now)
                decision = replace(decision, alert=real.alert, entries=(*decision.entries, *real.entries))
            self.tx.save_alert(decision.alert)
            self.tx.wake_run(decision.alert.id, self.now)
        else:
            place = place_of(device)
            previous = self.tx.last_alert(press.device_id, press.type)
            decision = raise_alert(AlertId(self.ids.new()), press, place, previous, self.now)
            if window is not None:
                decision = as_test(decision, window, self.now)
            self.tx.add_alert(decision.alert)
            self.tx.begin_run(decision.alert.id, decision.alert.received_at, self.now)
        self._record(decision, device, press.received_at)
        return decision.alert

    def _clear(self, press: Press, cleared_type: str) -> Alert | None:
        alert = self.tx.unended_alert(press.device_id, cleared_type)
        if alert is None:
            return None
        decision = clear(alert, press, self.now)
        self.tx.save_alert(decision.alert)
        self._record(decision, None, press.received_at)
        return decision.alert

    def _record(self, decision: Decision, device: KnownDevice | None, received_at: datetime) -> None:
        alert = decision.alert
        self.tx.add_entries(alert.id, decision.entries)
        to = Hearer(alert.device_id, alert.id, _hearing(device), alert.clock_ahead)
        for answer in decision.answers:
            self.answering.received(to, answer.event_id, received_at)
        self.tx.touch(alert.id)


def _same_unreadable(copy: StoredEvent, incoming: _Incoming, variant: str, gateway: str) -> bool:
    """Whether it is the same delivery: an id that could be read, the same item again, or another gateway's copy."""
    if incoming.event_id is not None or copy.variant == variant:
        return True
    return copy.gateway != gateway and abs(incoming.received_at - copy.received_at) < COPY_WITHIN


def _hearing(device: KnownDevice | None) -> tuple[str, ...]:
    return device.hearing if device else ()


def _accepted(index: int, device: KnownDevice | None, alert: Alert | None) -> Outcome:
    stranger = device is None or device.home_id is None
    outcome = IngestOutcome.UNKNOWN_DEVICE if stranger else IngestOutcome.ACCEPTED
    return Outcome(index=index, outcome=outcome, alert_id=alert.id if alert else None)


def _variant(event: Event) -> str:
    """Tells a repeat from another event that reuses the id: boot, seq and time (design §3), and what it says."""
    return f"{event.boot}|{event.seq}|{event.time}|{event.type}"


def _read(item: EventItem, now: datetime) -> _Incoming:
    """The item decoded. A gateway's clock that is ahead of ours does not make a press come from the future."""
    received_at = parse_time(item.received_at) or now
    if received_at > now + GATEWAY_AHEAD:
        received_at = now
    payload = bytes(item.event)
    if not payload:
        try:
            payload = base64.b64decode(item.raw_b64 or "", validate=True)[:MAX_PACKET_BYTES]
        except (binascii.Error, ValueError):
            payload = (item.raw_b64 or "").encode()[:MAX_PACKET_BYTES]
    try:
        event = decode_event(payload, item.device_id)
    except Refusal as refusal:
        reason = item.reason or str(refusal.reason)
        return _Incoming(item, payload, None, refusal.event_id, reason, received_at)
    return _Incoming(item, payload, event, event.id, "", received_at)
