"""Homes, residents and contacts over HTTP: what is changed is kept with its history, and alarms see it at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from backend.adapters.db.cover_contacts import contacts_of
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.people import contact_points
from backend.domain.escalation.targets import ContactRole, Level, Target, TargetKind
from backend.services.identity.actor import StaffRole
from contract.times import format_time
from tests.harness.registry import RegistryDesk

NEW = {"label": "沙湾 3 号", "address": "桃花镇沙湾村 3 号", "entry": "门牌后有钥匙", "phone": "05801234567"}
SON = {"name": "李强", "relation": "儿子", "phone": "13900000001", "role": "key_holder", "minutes_away": 5}
DAUGHTER = {"name": "李芳", "relation": "女儿", "phone": "13900000002", "role": "decision_maker"}
NEIGHBOUR = {"name": "阿海", "relation": "邻居", "phone": "13900000003", "role": "never"}


def home(desk: RegistryDesk, **more: Any) -> str:
    return str(desk.answer(desk.http.post("/homes", json={**NEW, **more}), 201)["id"])


def contacts(desk: RegistryDesk, home_id: str) -> list[str]:
    return [one["name"] for one in desk.answer(desk.http.get(f"/homes/{home_id}/contacts"))["items"]]


def add(desk: RegistryDesk, home_id: str, **contact: Any) -> str:
    return str(desk.answer(desk.http.post(f"/homes/{home_id}/contacts", json=contact), 201)["id"])


def test_a_home_is_added_once_per_key(desk: RegistryDesk) -> None:
    headers = {"Idempotency-Key": "home-1"}
    first = desk.answer(desk.http.post("/homes", json=NEW, headers=headers), 201)
    again = desk.answer(desk.http.post("/homes", json=NEW, headers=headers), 201)
    assert (again, len(desk.answer(desk.http.get("/homes"))["items"])) == (first, 1)
    other = desk.http.post("/homes", json={**NEW, "label": "x"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (first["has_entry"], first["address_since"], "entry" in first) == (True, "2026-11-24", False)


def test_a_former_address_stays_known(desk: RegistryDesk) -> None:
    home_id = home(desk, confirmed_on="2026-10-01", latitude=29.9, longitude=122.3)
    desk.clock.turn(timedelta(days=10))
    moved = desk.answer(desk.http.patch(f"/homes/{home_id}", json={"address": "东港镇 8 号", "landmark": "码头"}))
    assert (moved["address_since"], moved["confirmed_on"], moved["latitude"]) == ("2026-12-04", None, None)
    assert moved["former_addresses"] == [
        {
            "address": NEW["address"],
            "landmark": None,
            "valid_from": "2026-11-24",
            "valid_until": "2026-12-04",
            "confirmed_on": "2026-10-01",
        }
    ]
    entry = desk.history(f"/homes/{home_id}")[0]
    assert (entry["kind"], entry["before"]["address"], entry["after"]["landmark"]) == (
        "changed",
        NEW["address"],
        "码头",
    )


def test_how_to_get_in_stands_in_no_history_and_no_answer(desk: RegistryDesk) -> None:
    home_id = home(desk)
    desk.answer(desk.http.patch(f"/homes/{home_id}", json={"entry": "密码 4711"}))
    shown = desk.http.get(f"/homes/{home_id}").text + desk.http.get(f"/homes/{home_id}/history").text
    assert "4711" not in shown
    assert "钥匙" not in shown
    assert desk.history(f"/homes/{home_id}")[0]["after"] == {"entry": "***"}


def test_homes_are_found_by_words(desk: RegistryDesk) -> None:
    home_id = home(desk)
    home(desk, label="50%_off", address="别处")
    desk.answer(desk.http.post(f"/homes/{home_id}/residents", json={"name": "王桂英"}), 201)

    def found(words: str) -> list[str]:
        items = desk.answer(desk.http.get("/homes", params={"words": words}))["items"]
        return [item["label"] for item in items]

    assert found("桂英") == found("沙湾") == ["沙湾 3 号"]
    assert found("%_") == ["50%_off"]


def test_couples_share_a_home_and_each_has_a_status(desk: RegistryDesk) -> None:
    home_id = home(desk)
    people = [
        desk.answer(desk.http.post(f"/homes/{home_id}/residents", json={"name": name, "dialect": "舟山话"}), 201)["id"]
        for name in ("王桂英", "李福")
    ]
    desk.answer(desk.http.patch(f"/residents/{people[0]}", json={"status": "hospital", "risk": "high"}))
    shown = desk.answer(desk.http.get(f"/homes/{home_id}"))
    assert {one["name"]: one["status"] for one in shown["residents"]} == {"王桂英": "hospital", "李福": "at_home"}
    assert shown["routine_paused"] is False
    desk.answer(desk.http.patch(f"/residents/{people[1]}", json={"status": "deceased"}))
    assert desk.answer(desk.http.get(f"/homes/{home_id}"))["routine_paused"] is True
    entry = desk.history(f"/residents/{people[0]}")[0]
    assert (entry["before"]["status"], entry["after"]["status"]) == ("at_home", "hospital")


def test_a_press_in_a_home_that_everybody_has_left_alarms(desk: RegistryDesk) -> None:
    home_id = desk.device()
    (person,) = desk.answer(desk.http.get(f"/homes/{home_id}"))["residents"]
    for status in ("hospital", "moved", "deceased"):
        desk.answer(desk.http.patch(f"/residents/{person['id']}", json={"status": status}))
        answer = desk.alarm.press("T1")
        assert answer.outcomes[0].outcome == "accepted"
        assert answer.commands[0].args["stage"] == "received"
    alert = desk.alarm.only()
    assert (alert.count, alert.ring, alert.severity) == (3, True, "emergency")


def test_an_overdue_return_is_a_welfare_call_once(desk: RegistryDesk) -> None:
    home_id = home(desk)
    person = desk.answer(desk.http.post(f"/homes/{home_id}/residents", json={"name": "王桂英"}), 201)["id"]
    until = format_time(desk.clock.now() + timedelta(days=2))
    away = desk.answer(desk.http.patch(f"/residents/{person}", json={"status": "away", "away_until": until}))
    assert away["away_until"] == until
    desk.clock.turn(timedelta(days=2) - timedelta(seconds=1))
    assert desk.parts.watch_returns() == 0
    desk.clock.turn(timedelta(seconds=1))
    assert (desk.parts.watch_returns(), desk.parts.watch_returns()) == (1, 0)
    (order,) = desk.work.listed()
    detail = desk.work.detail(order)
    assert (detail.kind.code, detail.home is not None) == ("welfare_call", True)
    # Still away, and no end is known; a new one is watched again.
    later = format_time(desk.clock.now() + timedelta(hours=1))
    desk.answer(desk.http.patch(f"/residents/{person}", json={"away_until": later}))
    desk.clock.turn(timedelta(hours=2))
    assert desk.parts.watch_returns() == 1
    assert len(desk.order_keys()) == 2


def test_who_is_back_in_time_is_not_asked_after(desk: RegistryDesk) -> None:
    home_id = home(desk)
    person = desk.answer(desk.http.post(f"/homes/{home_id}/residents", json={"name": "王桂英"}), 201)["id"]
    until = format_time(desk.clock.now() + timedelta(days=2))
    bad = desk.http.patch(f"/residents/{person}", json={"away_until": until})
    assert (bad.status_code, bad.json()["code"]) == (422, "away_until_misplaced")
    desk.answer(desk.http.patch(f"/residents/{person}", json={"status": "away", "away_until": until}))
    desk.answer(desk.http.patch(f"/residents/{person}", json={"status": "at_home"}))
    desk.clock.turn(timedelta(days=3))
    assert desk.parts.watch_returns() == 0


def test_contacts_are_called_in_the_order_that_is_set(desk: RegistryDesk) -> None:
    home_id = home(desk)
    ids = [add(desk, home_id, **SON), add(desk, home_id, **DAUGHTER), add(desk, home_id, **NEIGHBOUR, position=1)]
    assert contacts(desk, home_id) == ["阿海", "李强", "李芳"]
    desk.answer(desk.http.put(f"/homes/{home_id}/contacts", json={"order": [ids[1], ids[2], ids[0]]}))
    assert contacts(desk, home_id) == ["李芳", "阿海", "李强"]
    bad = desk.http.put(f"/homes/{home_id}/contacts", json={"order": ids[:2]})
    assert (bad.status_code, bad.json()["code"], bad.json()["ids"]) == (422, "order_incomplete", [ids[2]])
    desk.answer(desk.http.patch(f"/homes/{home_id}/contacts/{ids[0]}", json={"position": 1, "minutes_away": 3}))
    assert contacts(desk, home_id) == ["李强", "李芳", "阿海"]
    desk.answer(desk.http.delete(f"/homes/{home_id}/contacts/{ids[2]}"), 204)
    shown = desk.answer(desk.http.get(f"/homes/{home_id}/contacts"))["items"]
    assert [(one["name"], one["position"], one["minutes_away"]) for one in shown] == [("李强", 1, 3), ("李芳", 2, None)]
    kinds = [(entry["subject"], entry["kind"]) for entry in desk.history(f"/homes/{home_id}")]
    assert kinds[0] == ("contact", "removed")


def points(desk: RegistryDesk, contact_id: str, *addresses: str) -> None:
    with writing(desk.engine) as connection:
        for number, address in enumerate(addresses):
            row = {"id": f"{contact_id}-{number}", "owner_kind": "contact", "owner_id": contact_id, "channel": "sms"}
            now = desk.clock.now()
            connection.execute(
                insert(contact_points).values({**row, "address": address, "verified_at": now, "created_at": now})
            )
        connection.commit()


def told(desk: RegistryDesk, home_id: str) -> list[str]:
    target = Target(
        TargetKind.CONTACTS, Level.CENTRE, contact_roles=(ContactRole.KEY_HOLDER, ContactRole.DECISION_MAKER)
    )
    with reading(desk.engine) as connection:
        reach = contacts_of(connection, target, home_id, desk.clock.now(), ZoneInfo("Asia/Shanghai"))
    return [one.name for one in reach.recipients]


def test_escalation_sees_each_change_at_its_next_step(desk: RegistryDesk) -> None:
    home_id = home(desk)
    son, daughter = add(desk, home_id, **SON), add(desk, home_id, **DAUGHTER)
    points(desk, son, "+8613900000001")
    points(desk, daughter, "+8613900000002")
    assert told(desk, home_id) == ["李强", "李芳"]
    desk.answer(desk.http.put(f"/homes/{home_id}/contacts", json={"order": [daughter, son]}))
    assert told(desk, home_id) == ["李芳", "李强"]
    desk.answer(desk.http.patch(f"/homes/{home_id}/contacts/{son}", json={"role": "never"}))
    assert told(desk, home_id) == ["李芳"]
    desk.answer(desk.http.delete(f"/homes/{home_id}/contacts/{daughter}"), 204)
    assert told(desk, home_id) == []


def test_nothing_goes_to_a_number_that_is_no_longer_theirs(desk: RegistryDesk) -> None:
    home_id = home(desk)
    son = add(desk, home_id, **SON, proved_on="2026-11-01")
    points(desk, son, "+8613900000001", "+8613955555555")
    changed = desk.answer(desk.http.patch(f"/homes/{home_id}/contacts/{son}", json={"phone": "13900000009"}))
    assert (changed["phone"], changed["proved_on"]) == ("13900000009", None)
    with reading(desk.engine) as connection:
        query = select(contact_points.c.address, contact_points.c.disabled_reason).order_by(contact_points.c.id)
        assert [tuple(row) for row in connection.execute(query)] == [
            ("+8613900000001", "phone_changed"),
            ("+8613955555555", None),
        ]


def test_numbers_are_masked_for_who_rings_nobody(desk: RegistryDesk) -> None:
    home_id = home(desk)
    add(desk, home_id, **SON)
    assert "13900000001" in desk.of(StaffRole.OPERATOR).get(f"/homes/{home_id}").text
    shown = desk.of(StaffRole.AUDITOR).get(f"/homes/{home_id}")
    assert shown.status_code == 200
    assert "13900000001" not in shown.text
    assert shown.json()["contacts"][0]["phone"] == "*******0001"


def test_what_does_not_exist_is_not_found(desk: RegistryDesk) -> None:
    for call, code in (
        (desk.http.get("/homes/x"), "unknown_home"),
        (desk.http.patch("/homes/x", json={"label": "y"}), "unknown_home"),
        (desk.http.get("/residents/x"), "unknown_resident"),
        (desk.http.patch("/residents/x", json={"name": "y"}), "unknown_resident"),
        (desk.http.post("/homes/x/contacts", json=SON), "unknown_home"),
        (desk.http.get("/homes/x/history"), "unknown_home"),
    ):
        assert (call.status_code, call.json()["code"]) == (404, code)
    home_id = home(desk)
    gone = desk.http.delete(f"/homes/{home_id}/contacts/x")
    assert (gone.status_code, gone.json()["code"]) == (404, "unknown_contact")
