"""An administrator builds the tree; what would break it is refused with a reason and a way out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select
from starlette.testclient import TestClient

from backend.adapters.db.engine import reading, writing
from backend.adapters.db.identity import staff
from backend.adapters.db.registry import homes
from tests.harness.clock import ManualClock
from tests.integration.dispatch_organisation.conftest import Who

OFFICE = {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def _add(admin: TestClient, id_: str, kind: str, parent: str | None, **fields: Any) -> dict[str, Any]:
    body = {"id": id_, "kind": kind, "parent_id": parent, "name": f"{id_} 服务中心", **fields}
    answer = admin.post("/organisations", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def tree(admin: TestClient) -> TestClient:
    _add(admin, "a", "town", "district")
    _add(admin, "b", "town", "district")
    _add(admin, "a1", "village", "a", hours=OFFICE, phone="0580-2600001")
    _add(admin, "a2", "institution", "a")
    return admin


def test_the_tree_is_listed_in_its_order_with_who_is_open(tree: TestClient, clock: ManualClock) -> None:
    items = tree.get("/organisations").json()["items"]
    assert [(one["id"], one["depth"], one["open_now"]) for one in items] == [
        ("district", 0, True),
        ("a", 1, True),
        ("a1", 2, True),
        ("a2", 2, True),
        ("b", 1, True),
    ]
    clock.turn(timedelta(hours=6))
    shown = tree.get("/organisations/a1").json()
    assert shown["open_now"] is False
    assert shown["changes_at"] == "2026-11-25T00:00:00.000Z"
    assert shown["hours_text"] == {"zh-CN": "周一至周五 08:00-17:00", "en": "Mon-Fri 08:00-17:00"}
    assert shown["kind_label"] == {"zh-CN": "村", "en": "village"}


@pytest.mark.parametrize(
    ("fields", "status", "code", "field"),
    [
        ({"kind": "district", "parent_id": None}, 422, "second_district", "kind"),
        ({"kind": "district", "parent_id": None, "name": "A"}, 422, "second_district", "kind"),
        ({"parent_id": None}, 422, "no_parent", "parent_id"),
        ({"parent_id": "gone"}, 422, "unknown_parent", "parent_id"),
        ({"parent_id": "a1"}, 422, "under_lower_kind", "parent_id"),
        ({"name": "a1 服务中心"}, 409, "name_taken", "name"),
        ({"id": "a1"}, 409, "id_taken", "id"),
        ({"id": "no blanks"}, 422, "bad_id", "id"),
        ({"phone": "call me"}, 422, "bad_phone", "phone"),
        ({"latitude": 30.5}, 422, "bad_place", "longitude"),
        ({"night_organisation_id": "gone"}, 422, "unknown_night", "night_organisation_id"),
        ({"provides": ["Meals!"]}, 422, "bad_code", "provides"),
        ({"catchment": [{"village_id": "gone"}]}, 422, "unknown_village", "catchment"),
    ],
)
def test_what_cannot_stand_is_refused_with_what_to_do(
    tree: TestClient, fields: dict[str, Any], status: int, code: str, field: str
) -> None:
    before = tree.get("/organisations").json()
    body = {"id": "x", "kind": "village", "parent_id": "a", "name": "新中心", **fields}
    answer = tree.post("/organisations", json=body)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["wrong"][0]["field"]) == (status, code, field)
    assert problem["detail"] == problem["wrong"][0]["remedy"]["en"]
    assert problem["wrong"][0]["what"]["zh-CN"]
    assert tree.get("/organisations").json() == before


@pytest.mark.parametrize(
    ("id_", "change", "code"),
    [
        ("a", {"parent_id": "a"}, "under_itself"),
        ("a", {"parent_id": "a1"}, "under_itself"),
        ("a", {"kind": "institution"}, "children_not_below"),
        ("district", {"kind": "town", "parent_id": "a"}, "district_stays"),
        ("district", {"disabled": True}, "district_disabled"),
        ("a1", {"night_organisation_id": "a1"}, "night_is_itself"),
    ],
)
def test_no_change_makes_a_circle_or_takes_the_root_away(
    tree: TestClient, id_: str, change: dict[str, Any], code: str
) -> None:
    answer = tree.patch(f"/organisations/{id_}", json=change)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_change_changes_what_was_sent_and_nothing_else(tree: TestClient) -> None:
    before = tree.get("/organisations/a1").json()
    moved = tree.patch("/organisations/a1", json={"parent_id": "b", "hours": None, "provides": ["meals"]}).json()
    assert moved == {
        **before,
        "parent_id": "b",
        "hours": None,
        "hours_text": {"zh-CN": "全天", "en": "always"},
        "changes_at": None,
        "provides": ["meals"],
    }
    assert tree.patch("/organisations/gone", json={"name": "x"}).json()["code"] == "unknown_organisation"
    refused = tree.patch("/organisations/a1", json={"hours": {"mon": [["08:00", "08:00"]]}}).json()
    assert (refused["code"], refused["reason"]) == ("bad_hours", "empty_span")


def test_a_home_is_routed_by_what_is_said_of_it(tree: TestClient, database: Engine) -> None:
    with writing(database) as connection:
        connection.execute(insert(homes).values(id="h1", label="塔湾 1 号", address="-"))
        connection.commit()
    assert tree.post("/villages", json={"id": "v1", "name": "塔湾村", "town_id": "b"}).status_code == 201
    tree.patch("/organisations/a1", json={"catchment": [{"village_id": "v1", "position": 1}]})
    tree.patch("/organisations/a2", json={"catchment": [{"village_id": "v1", "position": 0}]})
    assert tree.get("/villages").json()["items"][0]["served_by"] == ["a2", "a1"]

    def assign(organisation: str | None, village: str | None) -> tuple[str, str]:
        answer = tree.put("/homes/h1/organisation", json={"organisation_id": organisation, "village_id": village})
        assert answer.status_code == 200, answer.text
        return answer.json()["responsible_id"], answer.json()["route"]

    assert assign(None, None) == ("district", "district")
    assert assign("a1", "v1") == ("a1", "own")
    assert assign(None, "v1") == ("a2", "catchment")
    tree.patch("/organisations/a2", json={"disabled": True})
    assert assign(None, "v1") == ("a1", "catchment")
    tree.patch("/organisations/a1", json={"catchment": []})
    tree.patch("/organisations/a2", json={"catchment": []})
    assert assign(None, "v1") == ("b", "town")
    assert {one["id"]: one["homes"] for one in tree.get("/organisations").json()["items"]}["b"] == 1
    with reading(database) as connection:
        assert connection.execute(select(homes.c.organisation_id, homes.c.village_id)).one() == (None, "v1")


@pytest.mark.parametrize(
    ("home", "body", "status", "code"),
    [
        ("gone", {"organisation_id": "a1", "village_id": None}, 404, "unknown_home"),
        ("h1", {"organisation_id": "gone", "village_id": None}, 422, "unknown_organisation"),
        ("h1", {"organisation_id": None, "village_id": "gone"}, 422, "unknown_village"),
        ("h1", {"organisation_id": "a2", "village_id": None}, 422, "organisation_disabled"),
        ("h1", {"organisation_id": "a1"}, 422, "invalid"),
    ],
)
def test_a_home_is_not_assigned_to_nobody(
    tree: TestClient, database: Engine, home: str, body: dict[str, Any], status: int, code: str
) -> None:
    with writing(database) as connection:
        connection.execute(insert(homes).values(id="h1", label="塔湾 1 号", address="-"))
        connection.commit()
    tree.patch("/organisations/a2", json={"disabled": True})
    answer = tree.put(f"/homes/{home}/organisation", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_staff_are_assigned(tree: TestClient, database: Engine, clock: ManualClock) -> None:
    with writing(database) as connection:
        account = {"id": "s1", "username": "u", "name": "n", "role": "operator", "locale": "zh-CN"}
        connection.execute(insert(staff).values(**account, password_hash="x", created_at=clock.now()))
        connection.commit()
    assert tree.put("/staff/s1/organisation", json={"organisation_id": "a1"}).status_code == 204
    assert tree.put("/staff/gone/organisation", json={"organisation_id": "a1"}).json()["code"] == "unknown_staff"
    assert tree.put("/staff/s1/organisation", json={"organisation_id": "x"}).json()["code"] == "unknown_organisation"
    with reading(database) as connection:
        assert connection.execute(select(staff.c.organisation_id)).scalar_one() == "a1"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "东;西"}, "bad_name"),
        ({"town_id": "a1"}, "unknown_town"),
        ({"last_ferry": "25:00"}, "bad_ferry"),
        ({"longitude": 122.0}, "bad_place"),
    ],
)
def test_a_village_is_checked_too(tree: TestClient, change: dict[str, Any], code: str) -> None:
    assert tree.post("/villages", json={"id": "v1", "name": "塔湾村", "town_id": "a"}).status_code == 201
    assert tree.post("/villages", json={"name": "塔湾村", "town_id": "a"}).json()["code"] == "name_taken"
    assert tree.patch("/villages/v1", json=change).json()["code"] == code
    changed = tree.patch("/villages/v1", json={"outer_island": True, "last_ferry": "16:30"}).json()
    assert (changed["outer_island"], changed["last_ferry"], changed["town_id"]) == (True, "16:30", "a")
    assert tree.patch("/villages/gone", json={}).json()["code"] == "unknown_village"


def test_everybody_reads_and_only_administrators_change(client: Who) -> None:
    operator, reader, gateway = client("s-op1"), client("reader"), client("gw1")
    for who in (operator, reader):
        for path in ("/organisations", "/organisations/district", "/villages", "/organisations/export"):
            assert who.get(path).status_code == 200, path
    assert gateway.get("/organisations").status_code == 403
    file = {"file": ("x.csv", b"name,kind\n")}
    for answer in (
        operator.post("/organisations", json={"kind": "town", "parent_id": "district", "name": "x"}),
        operator.patch("/organisations/district", json={"name": "x"}),
        operator.post("/villages", json={"name": "x"}),
        operator.put("/homes/h/organisation", json={"organisation_id": None, "village_id": None}),
        operator.put("/staff/s/organisation", json={"organisation_id": None}),
        operator.post("/organisations/import", files=file),
        reader.post("/villages/import", files=file),
    ):
        assert answer.status_code == 403
