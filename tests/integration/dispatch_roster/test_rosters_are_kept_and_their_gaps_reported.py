"""Over the API on both databases: people, contact points, rosters, swaps, forecasts, gap notices, calendars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import Engine, select, update
from starlette.testclient import TestClient

from backend.adapters.db.engine import reading, writing
from backend.adapters.db.notices import notices
from backend.adapters.db.notices_outbox import SqlNoticeOutbox
from backend.adapters.db.people import contact_points
from backend.adapters.db.roster import feeds
from backend.adapters.ids import RandomIds
from backend.api.calendars import is_public
from backend.parts.roster import RosterParts
from backend.services.identity.actor import StaffRole
from backend.settings import Settings
from tests.harness.clock import ManualClock
from tests.harness.district import District
from tests.harness.in_process import OUTSIDE, client

START = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
"""Monday, 08:00 in Shanghai."""


class Desk:
    """An administrator's calls, and what lies behind them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock = ManualClock(START)
        self.parts = RosterParts(Settings(), engine, self.clock, RandomIds(), SqlNoticeOutbox, lambda: None)
        self.http = self.as_role(StaffRole.ADMINISTRATOR)

    def as_role(self, role: StaffRole | None) -> TestClient:
        return client(list(self.parts.staff_routers()), role, list(self.parts.public_routers()))

    def get(self, path: str, **query: Any) -> Any:
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, method: str, path: str, body: Any = None, status: int = 201, **headers: str) -> Any:
        answer = self.http.request(method, path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def person(self, name: str, role: str = "manager", verified: bool = True, **fields: Any) -> str:
        body = {"organisation_id": "near", "name": name, "roles": [role], **fields}
        found: str = self.send("POST", "/people", body)["id"]
        if verified:
            self.verify(self.point(found))
        return found

    def point(self, person_id: str, address: str = "13800138000", channel: str = "sms", **headers: str) -> str:
        body = {"owner_kind": "person", "owner_id": person_id, "channel": channel, "address": address}
        return str(self.send("POST", "/contact-points", body, **headers)["id"])

    def verify(self, point_id: str) -> None:
        with writing(self.engine) as connection:
            connection.execute(
                update(contact_points).where(contact_points.c.id == point_id).values(verified_at=self.clock.now())
            )
            connection.commit()

    def roster(self, *people: str, **changes: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.send("POST", "/rosters", self.body(*people, **changes))
        return found

    def body(self, *people: str, **changes: Any) -> dict[str, Any]:
        turns = {
            "name": "日班",
            "kind": "daily",
            "start": "2026-11-01",
            "length": 1,
            "hand_over": "08:00",
            "participants": people,
        }
        plain = {"organisation_id": "near", "role": "manager", "name": "值班", "rotations": [turns]}
        return {**plain, **changes}

    def notices(self) -> list[Any]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(notices).order_by(notices.c.created_at, notices.c.id)))


@pytest.fixture
def desk(database: Engine) -> Desk:
    with writing(database) as connection:
        found = District(connection)
        found.organisation("near", hours={"mon": [["08:00", "17:00"]]})
        found.account("acc1")
        connection.commit()
    return Desk(database)


def test_a_new_contact_point_counts_only_once_it_is_verified(desk: Desk) -> None:
    person = desk.person("王丽", verified=False)
    point = desk.point(person, "138 0013 8000")
    shown = desk.get("/contact-points", owner_kind="person", owner_id=person)["items"][0]
    assert (shown["address"], shown["counts"], shown["position"]) == ("+8613800138000", False, 0)
    assert desk.get(f"/people/{person}")["reachable"] is False
    desk.verify(point)
    assert desk.get("/people", organisation="near", role="manager")["items"][0]["reachable"] is True
    disabled = desk.send("POST", f"/contact-points/{point}/disable", {"reason": "换号"}, status=200)
    assert (disabled["counts"], disabled["disabled_reason"]) == (False, "换号")
    enabled = desk.send("POST", f"/contact-points/{point}/enable", status=200)
    assert (enabled["disabled_at"], enabled["verified_at"], enabled["counts"]) == (None, None, False)


def test_addresses_are_whole_for_administrators_only_and_only_they_write(desk: Desk) -> None:
    person = desk.person("王丽")
    operator = desk.as_role(StaffRole.OPERATOR)
    shown = operator.get("/contact-points", params={"owner_kind": "person", "owner_id": person}).json()["items"]
    assert [each["address"] for each in shown] == ["…8000"]
    body = {"organisation_id": "near", "name": "x", "roles": ["manager"]}
    assert operator.post("/people", json=body).status_code == 403
    assert operator.post("/rosters", json=desk.body()).status_code == 403


def test_the_same_key_adds_once(desk: Desk) -> None:
    person = desk.person("王丽", verified=False)
    assert desk.point(person, **{"Idempotency-Key": "k"}) == desk.point(person, **{"Idempotency-Key": "k"})
    rosters = [desk.send("POST", "/rosters", desk.body(person), **{"Idempotency-Key": "r"})["id"] for _ in range(2)]
    assert len(set(rosters)) == 1
    assert len(desk.get("/rosters")["items"]) == 1


REFUSED = (
    ("/people", {"organisation_id": "gone"}, 422, "unknown_organisation"),
    ("/people", {"staff_id": "gone"}, 422, "unknown_account"),
    ("/people", {"roles": ["responder"]}, 422, "responder_kind_missing"),
    ("/people", {"roles": ["boss"]}, 422, "invalid"),
    ("/contact-points", {"address": "12"}, 422, "bad_address"),
    ("/contact-points", {"channel": "email", "address": "nobody"}, 422, "bad_address"),
    ("/contact-points", {"channel": "webhook", "address": "file:///x"}, 422, "bad_address"),
    ("/contact-points", {"owner_id": "gone"}, 422, "unknown_owner"),
    ("/contact-points", {"address": "13800138000"}, 409, "already_there"),
    ("/rosters", {"organisation_id": "gone"}, 422, "unknown_organisation"),
    ("/rosters", {"time_zone": "Mars/Olympus"}, 422, "invalid"),
    (
        "/rosters",
        {"holidays": [{"day": "2026-10-01", "name": "国庆", "rotation": "夜班"}]},
        422,
        "unknown_rotation",
    ),
    ("/rosters", {"holidays": [{"day": "2026-10-01", "name": "a", "people": ["gone"]}]}, 404, "unknown_person"),
    ("/rosters", {"role": "operator"}, 422, "role_missing"),
    ("/rosters", {"holidays": [{"day": "soon", "name": "a"}]}, 422, "invalid"),
)


def test_what_cannot_be_is_refused_with_its_reason(desk: Desk) -> None:
    person = desk.person("王丽")
    bodies = {
        "/people": {"organisation_id": "near", "name": "x", "roles": ["manager"]},
        "/contact-points": {"owner_kind": "person", "owner_id": person, "channel": "sms", "address": "13900139000"},
        "/rosters": desk.body(person),
    }
    for path, change, status, code in REFUSED:
        assert desk.send("POST", path, {**bodies[path], **change}, status=status)["code"] == code, change


def test_a_roster_is_changed_as_it_was_read_or_not_at_all(desk: Desk) -> None:
    first, second = desk.person("a"), desk.person("b")
    made = desk.roster(first)
    festive = [{"day": "2026-12-01", "name": "节", "people": [second]}]
    wanted = desk.body(first, second, holidays=festive, version=1)
    changed = desk.send("PUT", f"/rosters/{made['id']}", wanted, status=200)
    assert (changed["version"], changed["rotations"][0]["id"]) == (2, made["rotations"][0]["id"])
    assert changed["rotations"][0]["participants"] == [first, second]
    assert changed["holidays"] == [{"day": "2026-12-01", "name": "节", "rotation": None, "people": [second]}]
    assert changed["people"] == {first: "a", second: "b"}
    assert desk.send("PUT", f"/rosters/{made['id']}", wanted, status=409)["code"] == "changed_meanwhile"
    elsewhere = {**wanted, "version": 2, "organisation_id": "district"}
    assert desk.send("PUT", f"/rosters/{made['id']}", elsewhere, status=422)["code"] == "organisation_stays"
    desk.send("DELETE", f"/rosters/{made['id']}", status=204)
    assert desk.http.get(f"/rosters/{made['id']}").status_code == 404


def test_a_swap_is_both_halves_or_none(desk: Desk) -> None:
    first, second = desk.person("a"), desk.person("b")
    made = desk.roster(first, second)
    path = f"/rosters/{made['id']}"
    spans = [{"start": f"2026-11-{day}T00:00:00Z", "end": f"2026-11-{day + 1}T00:00:00Z"} for day in (23, 24)]
    body = {"first": {"person_id": first, **spans[0]}, "second": {"person_id": second, **spans[1]}}
    wrong = {"first": {"person_id": first, **spans[1]}, "second": {"person_id": second, **spans[0]}}
    assert desk.send("POST", f"{path}/swaps", wrong, status=409)["code"] == "swap_not_on_duty"
    assert desk.get(path)["overrides"] == []
    halves = [desk.send("POST", f"{path}/swaps", body, **{"Idempotency-Key": "s"})["items"] for _ in range(2)]
    assert halves[0] == halves[1]
    query = {"from": "2026-11-23T00:00:00Z", "to": "2026-11-26T00:00:00Z"}
    served = desk.get(f"{path}/shifts", **query)["items"]
    assert [(each["name"], each["why"]["code"]) for each in served] == [
        ("b", "override"),
        ("a", "override"),
        ("a", "rotation"),
    ]
    desk.send("DELETE", f"{path}/overrides/{halves[0][1]['id']}", status=204)
    assert desk.get(path)["overrides"] == [], "both halves are gone"


def test_overrides_say_who_comes_and_who_goes(desk: Desk) -> None:
    person = desk.person("a")
    path = f"/rosters/{desk.roster(person)['id']}"
    span = {"start": "2026-11-23T01:00:00Z", "end": "2026-11-23T02:00:00Z"}
    assert desk.send("POST", f"{path}/overrides", {"kind": "add", **span}, 422)["code"] == "override_incomplete"
    backwards = {"kind": "remove", "replaced_id": person, "start": span["end"], "end": span["start"]}
    assert desk.send("POST", f"{path}/overrides", backwards, 422)["code"] == "empty_span"
    desk.send("POST", f"{path}/overrides", {"kind": "remove", "replaced_id": person, "reason": "就医", **span})
    at = {"organisation": "near", "at": "2026-11-23T01:30:00Z"}
    assert desk.get("/on-duty", **at)["items"] == []
    [line] = desk.get("/on-duty", organisation="near", at="2026-11-23T12:00:00Z")["items"]
    assert (line["name"], line["role"]["code"], line["why"]["label"]["en"]) == ("a", "manager", "by rotation")
    night = desk.get("/on-duty", organisation="near", at="2026-11-23T12:00:00Z")
    assert (night["open"], night["night_organisation_id"]) == (False, "district")
    now = desk.get("/on-duty", organisation="near")
    assert (now["at"], now["open"]) == ("2026-11-23T00:00:00.000Z", True)
    assert desk.send("GET", "/on-duty?organisation=gone", status=404)["code"] == "unknown_organisation"


def test_a_gap_is_reported_once_and_again_when_it_opens_again(desk: Desk) -> None:
    boss = desk.person("boss")
    silent = desk.person("silent", verified=False)
    made = desk.roster(boss, silent)
    [notice] = desk.notices()
    assert (notice.kind, notice.recipient_id, notice.severity) == ("roster_gap", boss, "advisory")
    assert notice.facts["count"] == 14
    assert notice.facts["gaps"][0] == {
        "start": "2026-11-24T00:00:00.000Z",
        "end": "2026-11-25T00:00:00.000Z",
        "reason": "no_verified_channel",
    }
    assert desk.parts.report_gaps.every() == 0, "nothing new"
    desk.clock.turn(timedelta(days=2))
    assert desk.parts.report_gaps.every() == 1, "the day that has come into sight"
    point = desk.point(silent)
    desk.verify(point)
    assert desk.parts.report_gaps.every() == 0
    forecast = desk.get(f"/rosters/{made['id']}/forecast")
    assert (forecast["gaps"], forecast["score"]) == ([], 85)
    desk.clock.turn(timedelta(minutes=1))
    desk.send("POST", f"/contact-points/{point}/disable", {"reason": "停机"}, status=200)
    assert [notice.facts["count"] for notice in desk.notices()] == [14, 1, 14], "told at once that it is open again"


def test_a_gap_that_cannot_wait_is_urgent_and_goes_to_the_district_where_no_manager_is(desk: Desk) -> None:
    desk.roster()
    [notice] = desk.notices()
    assert (notice.recipient_kind, notice.recipient_id, notice.severity) == ("organisation", "district", "urgent")
    assert notice.facts["gaps"][0]["reason"] == "nobody_rostered"


def test_hours_in_which_the_night_desk_answers_are_no_gap(desk: Desk) -> None:
    made = desk.roster(needed="opening_hours")
    found = desk.get(f"/rosters/{made['id']}/forecast")
    assert found["needed_hours"] == 4 * 9
    assert [gap["reason"]["code"] for gap in found["gaps"]] == ["nobody_rostered"] * 4


def test_an_operator_with_an_account_is_reached_at_the_desk(desk: Desk) -> None:
    seated = desk.person("seated", "operator", verified=False, staff_id="acc1")
    standing = desk.person("standing", "operator", verified=False)
    made = desk.roster(seated, standing, role="operator")
    found = desk.get(f"/rosters/{made['id']}/forecast")
    assert {name for gap in found["gaps"] for name in gap["people"]} == {"standing"}
    assert len(found["gaps"]) == 14


def test_the_district_sees_its_worst_rosters_first(desk: Desk) -> None:
    good = desk.roster(desk.person("a"))
    bad = desk.roster(name="空")
    found = desk.get("/rosters/forecast")["items"]
    assert [(each["roster_id"], each["score"]) for each in found] == [(bad["id"], 0), (good["id"], 85)]


def test_a_calendar_is_read_by_its_secret_until_it_is_revoked(desk: Desk) -> None:
    person, other = desk.person("王丽"), desk.person("李强")
    made = desk.roster(person, other)
    opened = desk.send("POST", f"/people/{person}/calendars")
    whole = desk.send("POST", f"/rosters/{made['id']}/calendars")
    stranger = desk.as_role(None)
    assert is_public("GET", opened["path"])
    assert not is_public("POST", opened["path"])
    assert not is_public("GET", "/calendars/../api/v1/people.ics")
    answer = stranger.get(OUTSIDE + opened["path"])
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(answer.text).walk("VEVENT")
    assert {str(event["summary"]) for event in events} == {"王丽 · 值班"}
    assert all(event.decoded("dtend") - event.decoded("dtstart") <= timedelta(days=1) for event in events)
    assert len({str(event["uid"]) for event in events}) == len(events) == 49
    assert len(Calendar.from_ical(stranger.get(OUTSIDE + whole["path"]).text).walk("VEVENT")) == 98
    desk.send("DELETE", f"/calendars/{opened['id']}", status=204)
    assert stranger.get(OUTSIDE + opened["path"]).status_code == 404
    assert desk.send("DELETE", f"/calendars/{opened['id']}", status=404)["code"] == "unknown_calendar"
    listed = desk.get(f"/people/{person}/calendars")["items"]
    assert [each["revoked_at"] is not None for each in listed] == [True]
    with reading(desk.engine) as connection:
        kept = connection.execute(select(feeds)).all()
    assert not any(opened["path"].split("/")[-1].removesuffix(".ics") in str(row) for row in kept)
