"""The alarm use cases on a database, with a clock turned by hand: press, act, look."""

from __future__ import annotations

import base64
import itertools
import uuid
from collections import Counter
from typing import Any

import msgspec
from sqlalchemy import Engine, insert

from backend.adapters.db.alarm_reading import AlarmSqlReader
from backend.adapters.db.alarm_store import AlarmSqlStore
from backend.adapters.db.engine import writing
from backend.adapters.db.registry import devices, homes, residents
from backend.domain.alert.lifecycle import Action, Standing, Verb
from backend.domain.alert.model import Actor, ActorKind
from backend.services.alarm.act import Act, Acted
from backend.services.alarm.hand_out_commands import ClaimCommands, ExpireCommands, RecordOutcomes, RecordResult
from backend.services.alarm.ingest_events import IngestEvents
from backend.services.alarm.oddities import Oddity
from backend.services.alarm.ports import Ids
from backend.services.alarm.requeue_due import RequeueDue
from backend.services.alarm.views import AlertDetail, AlertSummary
from contract.ingest import EventItem, EventsAnswer
from contract.times import format_time
from contract.topics import source
from contract.vocabulary import SOS
from tests.harness.clock import ManualClock

WANG = Actor(ActorKind.STAFF, "op1", "王丽")
LI = Actor(ActorKind.STAFF, "op2", "李强")
LEASE_SECONDS = 10.0


class Uuids:
    """Ids as the program makes them."""

    def new(self) -> str:
        return str(uuid.uuid4())


class Numbers:
    """Ids in the order in which they are made: hypothesis must find the same choice at each replay."""

    def __init__(self) -> None:
        self._number = itertools.count(1)

    def new(self) -> str:
        return f"{next(self._number):036d}"


class Ungated:
    """A desk without scripts: nothing stands in the way of closing."""

    def missing(self, *_: object) -> tuple[Standing, ...]:
        return ()

    def known(self, *_: object) -> bool:
        return True


class Alarm:
    """The emergency lane without the wire."""

    def __init__(self, engine: Engine, clock: ManualClock | None = None, ids: Ids | None = None) -> None:
        ids = ids or Uuids()
        self.engine = engine
        self.clock = clock or ManualClock()
        self.store = AlarmSqlStore(engine, self.clock)
        self.reader = AlarmSqlReader(engine)
        self.odd: list[Oddity] = []
        self.ingest = IngestEvents(self.store, self.clock, ids, LEASE_SECONDS, self.odd.append)
        self.act = Act(self.store, self.clock, Ungated())
        self.requeue = RequeueDue(self.store, self.clock)
        self.claim = ClaimCommands(self.store, self.clock, ids, LEASE_SECONDS)
        self.outcomes = RecordOutcomes(self.store, self.clock)
        self.result = RecordResult(self.store, self.clock, self.odd.append)
        self.expire = ExpireCommands(self.store, self.clock)
        self._made = itertools.count(1)
        self._counters: Counter[tuple[str, str]] = Counter()

    def enrol(self, device_id: str, hearing: str = "normal", name: str = "林阿婆") -> None:
        """A device in a home of its own with one resident."""
        with writing(self.engine) as connection:
            connection.execute(
                insert(homes).values(id=f"h-{device_id}", label="沙湾村 12 号", address="沙湾村", landmark="妈祖庙旁")
            )
            connection.execute(
                insert(residents).values(id=f"r-{device_id}", home_id=f"h-{device_id}", name=name, hearing=hearing)
            )
            connection.execute(
                insert(devices).values(
                    id=device_id,
                    kind="terminal",
                    state="installed",
                    home_id=f"h-{device_id}",
                    room="卧室",
                    secret_hash="$7$x",
                    created_at=self.clock.now(),
                )
            )
            connection.commit()

    def lobby(self, device_id: str) -> None:
        """A delivered device that nobody has enrolled."""
        with writing(self.engine) as connection:
            connection.execute(
                insert(devices).values(
                    id=device_id, kind="terminal", state="lobby", secret_hash="$7$x", created_at=self.clock.now()
                )
            )
            connection.commit()

    def event(self, device_id: str, event_id: str | None = None, **changes: Any) -> dict[str, Any]:
        """A well-formed press, with `changes` on top."""
        event = {
            "specversion": "1.0",
            "id": event_id or f"e{next(self._made)}",
            "source": source(device_id),
            "type": SOS,
            "time": format_time(self.clock.now()),
            **changes,
        }
        return {"data": self._numbers(device_id, event["type"] == SOS), **event}

    def _numbers(self, device_id: str, is_sos: bool) -> dict[str, int]:
        """As a terminal counts: `seq` its events, `sos_seq` its SOS presses."""
        self._counters[device_id, "seq"] += 1
        self._counters[device_id, "sos_seq"] += is_sos
        numbers = {"seq": self._counters[device_id, "seq"], "boot": 1}
        return {**numbers, "sos_seq": self._counters[device_id, "sos_seq"]} if is_sos else numbers

    def keep_terminals_of(self, former: Alarm) -> None:
        """The platform has been started again; the terminals go on counting."""
        self._made, self._counters = former._made, former._counters

    def item(self, device_id: str, event: dict[str, Any], retained: bool = False) -> EventItem:
        """What a gateway makes of it."""
        return EventItem(
            device_id=device_id,
            received_at=format_time(self.clock.now()),
            retained=retained,
            event=msgspec.Raw(msgspec.json.encode(event)),
        )

    def bytes_item(self, device_id: str, payload: bytes, reason: str = "not_json") -> EventItem:
        """What a gateway makes of something that it cannot read."""
        return EventItem(
            device_id=device_id,
            received_at=format_time(self.clock.now()),
            raw_b64=base64.b64encode(payload).decode(),
            reason=reason,
        )

    def send(self, *items: EventItem, gateway: str = "gw1") -> EventsAnswer:
        """One batch."""
        return self.ingest(gateway, items)

    def press(self, device_id: str, event_id: str | None = None, **changes: Any) -> EventsAnswer:
        """One press, alone in its batch."""
        return self.send(self.item(device_id, self.event(device_id, event_id, **changes)))

    def do(self, verb: Verb, alert_id: str, who: Actor = WANG, key: str | None = None, **fields: Any) -> Acted:
        """One step by a person."""
        return self.act(alert_id, Action(verb, who, **fields), key)

    def open(self) -> list[AlertSummary]:
        """The queue."""
        return self.reader.open(1000).items

    def only(self) -> AlertSummary:
        """The one alert that is open."""
        (alert,) = self.open()
        return alert

    def detail(self, alert_id: str) -> AlertDetail:
        """The card."""
        found = self.reader.detail(alert_id)
        assert found is not None
        return found

    def kinds(self, alert_id: str) -> list[str]:
        """The timeline's steps."""
        return [entry.kind for entry in self.detail(alert_id).timeline]
