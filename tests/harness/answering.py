"""Answering on a database, with a clock turned by hand: people, call-outs, links, steps; and its routes in-process."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from fastapi import FastAPI
from sqlalchemy import Connection, Engine, insert, select, update
from starlette.testclient import TestClient

from backend.adapters.db.answering import assignments, replies
from backend.adapters.db.answering_store import AnswerSqlStore
from backend.adapters.db.engine import writing
from backend.adapters.db.home_secrets_store import SecretSqlStore
from backend.adapters.db.notices import notices
from backend.adapters.db.notices_outbox import SqlNoticeOutbox
from backend.adapters.db.organisation import organisations
from backend.adapters.db.people import contact_points, people
from backend.adapters.db.registry import contacts, homes
from backend.adapters.sealing import KeyRing
from backend.api.problems import install
from backend.domain.answering.model import Assignment, Step, StepKind
from backend.domain.escalation.targets import DutyRole, Reach, Recipient, RecipientKind, Target
from backend.parts.answering import AnsweringParts
from backend.services.escalation.ports import Scene
from backend.services.home_secrets.change import ChangeSecrets
from backend.services.home_secrets.look import LookAtSecrets
from backend.services.notices.ports import NewNotice, NoticeKind, notice_id
from backend.settings import Settings
from contract.vocabulary import Severity
from tests.harness.alarm import Alarm, Uuids

DEVICE = "t1"
CENTRE = "c1"
DESK_PHONE = "+8657485001234"


class FixedCover:
    """Whoever is in the table of people is on duty."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def reach(self, target: Target, scene: Scene, at: Any) -> Reach:
        rows = self._db.execute(select(people).where(people.c.responder_kind.is_not(None))).all()
        found = [Recipient(RecipientKind.PERSON, row.id, row.name, DutyRole.RESPONDER) for row in rows]
        return Reach(target, tuple(found))

    def centre_open(self, organisation_id: str | None, at: Any) -> bool:
        return True

    def home_risk(self, home_id: str | None) -> str:
        return "normal"

    def centre_of(self, home_id: str | None) -> str | None:
        return CENTRE


class Answering:
    """One home with a terminal, one centre with a desk; an alert is pressed at once."""

    def __init__(self, engine: Engine, folder: Path, **settings: Any) -> None:
        self.alarm = Alarm(engine)
        self.engine = engine
        self.clock = self.alarm.clock
        chosen = {"answer_key_file": folder / "answer.key", "public_url": "http://testserver", **settings}
        secrets_of_homes, ring = SecretSqlStore(engine), KeyRing(folder / "seal.key")
        self.change_secrets = ChangeSecrets(secrets_of_homes, ring, self.clock)
        self.look = LookAtSecrets(secrets_of_homes, ring, self.clock)
        self.parts = AnsweringParts(Settings(**chosen), engine, self.clock, Uuids(), FixedCover, self.look.by_responder)
        self.answer = self.parts._answer
        self.store = AnswerSqlStore(engine, self.clock)
        self.alarm.enrol(DEVICE)
        self.write(
            insert(organisations).values(
                id=CENTRE, parent_id="district", kind="village", name="沙湾照料中心", phone=DESK_PHONE, provides=[]
            )
        )
        self.write(update(homes).values(organisation_id=CENTRE, entry="后门，门垫下", key_kind="neighbour"))
        self.alarm.press(DEVICE)
        self.alert_id = self.alarm.only().id

    def write(self, *statements: Any) -> None:
        with writing(self.engine) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def person(self, person_id: str, name: str, phone: str | None = None, **values: Any) -> None:
        """Somebody who can be called out, with a verified SMS channel where `phone` is given."""
        row = {"organisation_id": CENTRE, "roles": ["responder"], "responder_kind": "volunteer", **values}
        self.write(insert(people).values(id=person_id, name=name, **row))
        if phone is not None:
            self.channel("person", person_id, phone)

    def contact(self, contact_id: str, name: str, phone: str, role: str = "key_holder") -> None:
        """A contact of the home."""
        values = {"id": contact_id, "home_id": f"h-{DEVICE}", "name": name, "relation": "邻居", "phone": phone}
        with writing(self.engine) as connection:
            position = len(connection.execute(select(contacts.c.id)).all())
            connection.execute(insert(contacts).values(**values, position=position, role=role))
            connection.commit()
        self.channel("contact", contact_id, phone)

    def channel(self, kind: str, owner_id: str, phone: str) -> None:
        self.write(
            insert(contact_points).values(
                id=f"p-{owner_id}",
                owner_kind=kind,
                owner_id=owner_id,
                channel="sms",
                address=phone,
                verified_at=self.clock.now(),
                created_at=self.clock.now(),
            )
        )

    def call(
        self,
        person_id: str,
        name: str,
        role: DutyRole = DutyRole.RESPONDER,
        step: int = 0,
        kind: RecipientKind = RecipientKind.PERSON,
        alert_id: str | None = None,
    ) -> tuple[str, str, str]:
        """A call-out notice as escalation puts it: (notice id, token, reply code)."""
        alert_id = alert_id or self.alert_id
        notice = self.notice(person_id, name, role, step, kind, alert_id)
        found = self.parts.links.link(notice)
        assert found is not None
        url, code = found
        return notice, url.rsplit("/", 1)[1], code

    def notice(
        self, person_id: str, name: str, role: DutyRole | None, step: int, kind: RecipientKind, alert_id: str
    ) -> str:
        now = self.clock.now()
        new = NewNotice(
            id=notice_id(alert_id, NoticeKind.CALL_OUT, step, 0, person_id),
            kind=NoticeKind.CALL_OUT,
            severity=Severity.EMERGENCY,
            recipient_kind=kind,
            recipient_id=person_id,
            recipient_name=name,
            created_at=now,
            deadline_at=now + timedelta(minutes=30),
            contact_points=(f"p-{person_id}",),
            role=role,
            alert_id=alert_id,
            step=step,
            sos=True,
        )
        with writing(self.engine) as connection:
            SqlNoticeOutbox(connection).put([new], now)
            connection.commit()
        return new.id

    def take(self, token: str, phone: str, kind: StepKind, once: str | None = None, **fields: Any) -> Assignment:
        """A step on the page."""
        return self.answer.by_link(token, phone, Step(kind, **fields), once or secrets.token_hex(8))

    def opened(self, token: str) -> str:
        """The cookie of a phone that has just opened the link."""
        phone = secrets.token_urlsafe(32)
        self.take(token, phone, StepKind.OPEN)
        return phone

    def states(self) -> dict[str, str]:
        """By recipient."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(assignments.c.recipient_id, assignments.c.state))
            return {row.recipient_id: row.state for row in rows}

    def notice_states(self) -> dict[str, str]:
        """By recipient, the last one."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(notices).order_by(notices.c.created_at))
            return {row.recipient_id: row.state for row in rows}

    def reply_outcomes(self) -> list[str]:
        with self.engine.connect() as connection:
            return list(connection.scalars(select(replies.c.outcome).order_by(replies.c.at, replies.c.id)))

    def kinds(self) -> list[str]:
        return self.alarm.kinds(self.alert_id)

    def reasons(self, kind: str) -> list[str]:
        entries = self.alarm.detail(self.alert_id).timeline
        return [entry.reason for entry in entries if entry.kind == kind]

    @contextmanager
    def phone(self, **headers: str) -> Iterator[Phone]:
        """A browser on a phone, with its own cookies."""
        with TestClient(self._api, headers=headers, follow_redirects=False) as client:
            yield Phone(client)

    @cached_property
    def _api(self) -> FastAPI:
        api = FastAPI(openapi_url=None)
        for router in self.parts.public_routers():
            api.include_router(router)
        install(api, ())
        return api


class Phone:
    """Looks at pages and presses their buttons."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.page = ""
        self.status = 0

    def look(self, token: str, query: str = "") -> Self:
        answer = self.client.get(f"/r/{token}{query}")
        self.page, self.status = answer.text, answer.status_code
        return self

    def press(self, token: str, step: str, **fields: str) -> Self:
        """Sends the form of the page that is shown."""
        answer = self.client.post(f"/r/{token}/{step}", data={**self.form(), **fields})
        self.page, self.status = answer.text, answer.status_code
        return self

    def form(self) -> dict[str, str]:
        return dict(re.findall(r'name="(form|once)" value="([^"]*)"', self.page))

    def has(self, step: str) -> bool:
        """Whether the page offers the button."""
        return f'/{step}"' in self.page
