"""A real backend that serves the console, with homes, a responder on duty, a desk telephone and a telephone system."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx2
from playwright.sync_api import Browser
from sqlalchemy import update

from backend.adapters.db.engine import make_engine, writing
from backend.adapters.db.people import contact_points
from contract.times import format_time
from tests.console.desk_page import DeskPage
from tests.fakes.console_homes import contacts_of, home_of, residents_of
from tests.harness.backend import SCOPES, Platform
from tests.harness.clock import wall_now

HOMES: Final = 5
OPERATOR: Final = "op1"
RESPONDER: Final = "王海龙"
"""On duty round the clock, by text message, which no provider takes here, and by voice."""


class RealDistrict:
    """What tests do to it: press, ring the desk, ask the API."""

    def __init__(self, platform: Platform, database_url: str, operator: httpx2.Client) -> None:
        self.platform = platform
        self._operator = operator
        self.url = platform.backend.url
        self._database_url = database_url
        self._ids = count(1)
        self._homes = [self._enrol(number) for number in range(HOMES)]
        self._staff_it()

    def _enrol(self, number: int) -> str:
        home = {key: value for key, value in home_of(number).items() if key not in ("id", "synthetic")}
        residents = [{key: value for key, value in row.items() if key != "id"} for row in residents_of(number)]
        item = {"device_id": f"terminal-{number}", "kind": "terminal"}
        body = {"items": [{**item, "home": {**home, "residents": residents, "contacts": contacts_of(number)}}]}
        with self.platform.client("cli") as client:
            answer = client.post("/api/v1/devices", json=body, headers={"Idempotency-Key": f"enrol-{number}"})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["items"][0]["home_id"])

    def _staff_it(self) -> None:
        """The district has a telephone, so that terminals can dial it, and somebody who goes."""
        person = {"organisation_id": "district", "name": RESPONDER, "roles": ["responder"]}
        place = {"responder_kind": "volunteer", "latitude": 30.25, "longitude": 122.20}
        with self.platform.browser("admin") as admin:
            self._done(admin.patch("/api/v1/organisations/district", json={"phone": "0580-2020120"}))
            responder = self._done(admin.post("/api/v1/people", json={**person, **place}))["id"]
            for channel in ("sms", "voice"):
                point = {"owner_kind": "person", "owner_id": responder, "channel": channel, "address": "13700001111"}
                self._done(admin.post("/api/v1/contact-points", json=point))
            turns = {"name": "全天", "kind": "weekly", "start": "2026-01-05", "length": 1, "hand_over": "08:00"}
            roster = {"organisation_id": "district", "role": "responder", "name": "上门", "needed": "always"}
            body = {**roster, "rotations": [{**turns, "participants": [responder]}]}
            self._done(admin.post("/api/v1/rosters", json=body))
        engine = make_engine(self._database_url)
        with writing(engine) as connection:
            connection.execute(update(contact_points).values(verified_at=wall_now()))
            connection.commit()
        engine.dispose()

    @staticmethod
    def _done(answer: httpx2.Response) -> Any:
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def press(self, home: int = 0, type_: str = "care.sos.pressed") -> str:
        """The id of the alert that a press in home number `home` leads to."""
        device = f"terminal-{home}"
        event = {"specversion": "1.0", "id": f"press-{next(self._ids)}", "source": f"care/v1/{device}", "type": type_}
        item = {"device_id": device, "received_at": format_time(wall_now()), "retained": False, "event": event}
        with self.platform.client("gw1") as gateway:
            answer = gateway.post("/ingest/v1/events", json={"gateway": "gw1", "items": [item]})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["outcomes"][0]["alert_id"])

    def order(self, home: int, kind: str, text: str) -> None:
        """A work order of the operator's."""
        body = {"kind": kind, "text": text, "home_id": self._homes[home]}
        self._done(self._operator.post("/api/v1/work-orders", json=body))

    def give_to_town(self, home: int, username: str) -> None:
        """A town, of which that home and that operator are from now on."""
        town = {"parent_id": "district", "kind": "town", "name": "衢山镇"}
        with self.platform.browser(username) as operator:
            staff = self._done(operator.get("/api/v1/session"))["staff"]["id"]
        with self.platform.browser("admin") as admin:
            made = {"organisation_id": self._done(admin.post("/api/v1/organisations", json=town))["id"]}
            moved = admin.put(f"/api/v1/homes/{self._homes[home]}/organisation", json={**made, "village_id": None})
            assert moved.is_success, moved.text
            moved = admin.put(f"/api/v1/staff/{staff}/organisation", json=made)
            assert moved.is_success, moved.text

    def ring(self, caller: str) -> int:
        """Somebody calls the desk from `caller`; the call's id."""
        body = {"caller": caller, "called": "0580-2020120", "call_id": f"call-{next(self._ids)}"}
        with self.platform.client("nothing") as telephone:
            answer = telephone.post("/api/v1/telephony/incoming", json=body)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["id"])

    def get(self, path: str) -> Any:
        """What the API says to an operator."""
        answer = self._operator.get(f"/api/v1{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def desk(self, browser: Browser, locale: str = "zh-CN", username: str = OPERATOR) -> DeskPage:
        """An operator at a desk; numbers that the page dials are kept in `dialled`."""
        desk = DeskPage(browser, self.url, locale)
        desk.page.add_init_script(LISTEN)
        desk.page.reload()
        desk.log_in(username, self.platform.passwords()[username])
        return desk


LISTEN: Final = """
window.dialled = [];
document.addEventListener('click', (click) => {
  const link = click.target.closest && click.target.closest('a[href^="tel:"]');
  if (link && link.hidden) { window.dialled.push(link.getAttribute('href')); click.preventDefault(); }
}, true);
"""


@contextmanager
def real_district(folder: Path, console_dir: Path) -> Iterator[RealDistrict]:
    """Runs inside the block."""
    url = f"sqlite:///{folder / 'care.sqlite'}"
    platform = Platform(folder, url, console_dir=console_dir)
    platform.write_service_accounts({**SCOPES, "nothing": ["telephony"]})
    with platform.backend, platform.browser(OPERATOR) as operator:
        yield RealDistrict(platform, url, operator)
