"""The calls of the desk: write down, move on, list, count, export; each refusal with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from backend.adapters.db.engine import make_engine, writing
from backend.adapters.db.migrations import migrate
from backend.adapters.db.notices import notices
from backend.adapters.db.notices_outbox import SqlNoticeOutbox
from backend.adapters.db.work_order import timeline, work_orders
from backend.adapters.sheets import read_sheet
from backend.parts.work_order import WorkOrderParts
from backend.services.identity.actor import StaffRole
from backend.settings import Settings
from contract.times import format_time
from tests.harness.alarm import Uuids
from tests.harness.clock import ManualClock
from tests.harness.in_process import client
from tests.harness.work_orders import WorkDesk


class Office:
    """The part on a database of its own, called as an administrator."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.engine = make_engine(f"sqlite:///{folder}/care.sqlite")
        migrate(self.engine)
        self.desk = WorkDesk(self.engine, self.clock)
        self.parts = WorkOrderParts(Settings(), self.engine, self.clock, Uuids(), SqlNoticeOutbox)
        self.routers = list(self.parts.staff_routers())
        self.api = client(self.routers)

    def make(self, key: str | None = None, **fields: Any) -> Any:
        headers = {"Idempotency-Key": key} if key is not None else {}
        body = {"kind": "service_request", "text": "送餐", "home_id": "h1", **fields}
        return self.api.post("/work-orders", json=body, headers=headers)

    def new(self, **fields: Any) -> str:
        answer = self.make(**fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def do(self, order_id: str, verb: str, **body: Any) -> Any:
        return self.api.post(f"/work-orders/{order_id}/{verb}", json=body or None)

    def get(self, path: str = "", **query: Any) -> Any:
        answer = self.api.get(f"/work-orders{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def tick(self) -> None:
        for tick in self.parts.ticks():
            tick.run()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One for all tests."""
    office = Office(tmp_path_factory.mktemp("work-orders"))
    office.desk.organisation("centre", provides=["service_request"])
    office.desk.organisation("shop", "institution")
    office.desk.point("organisation", "centre")
    office.desk.person("helper", "shop", "responder")
    office.desk.home("h1", organisation_id="centre")
    yield office
    office.engine.dispose()


@pytest.fixture(autouse=True)
def _empty(office: Office) -> None:
    with writing(office.engine) as connection:
        for table in (timeline, notices):
            connection.execute(table.delete())
        connection.exec_driver_sql("DELETE FROM call_backs")
        connection.execute(work_orders.delete())
        connection.commit()


def test_from_writing_it_down_to_its_end(office: Office) -> None:
    made = office.make("k1").json()
    assert office.make("k1").json()["id"] == made["id"]
    assert made["state"]["label"] == {"zh-CN": "已受理，待派单", "en": "Registered, to be assigned"}
    assert made["timeline"][1]["reason_label"] == {"zh-CN": "按隶属关系选定", "en": "By the organisation tree"}
    assert (made["provider"]["id"], made["home"]["label"]) == ("centre", "h1 号")
    assert [verb["code"] for verb in made["allowed"]] == ["accept", "assign", "cancel", "hold", "note"]
    with office.engine.connect() as connection:
        (notice,) = connection.execute(select(notices).where(notices.c.work_order_id == made["id"])).all()
    assert (notice.kind, notice.recipient_kind, notice.contact_points) == ("work_order", "provider", ["cp-centre"])
    for verb, body in (
        ("assign", {"assignee_id": "helper"}),
        ("start", {}),
        ("finish", {"outcome": "done", "text": "已送到"}),
        ("call-backs", {"result": "satisfied"}),
        ("rate", {"rating": 5}),
        ("notes", {"text": "谢谢"}),
        ("close", {}),
    ):
        answer = office.do(made["id"], verb, **body)
        assert answer.status_code == 200, answer.text
    ended = answer.json()
    assert (ended["state"]["code"], ended["rating"], ended["outcome"]["code"]) == ("closed", 5, "done")
    assert [verb["code"] for verb in ended["allowed"]] == ["note"]
    assert ended["call_backs"][0]["result"]["label"]["zh-CN"] == "满意"
    assert office.get()["items"] == []
    assert office.get(which="ended")["total"] == 1


def test_each_refusal_says_why(office: Office) -> None:
    order_id = office.new()
    early = office.do(order_id, "finish", outcome="done")
    assert (early.status_code, early.json()["code"], early.json()["state"]) == (409, "illegal_transition", "registered")
    assert "accept" in early.json()["allowed"]
    office.do(order_id, "accept")
    office.do(order_id, "start")
    office.do(order_id, "finish", outcome="done")
    closing = office.do(order_id, "close").json()
    assert closing["code"] == "needs_call_back"
    assert "目前 0 次" in closing["detail"]
    repair = office.new(kind="repair")
    operator = client(office.routers, StaffRole.OPERATOR)
    taken = operator.post(f"/work-orders/{repair}/accept")
    assert (taken.status_code, taken.json()["code"]) == (409, "not_for_this_kind")
    until = format_time(office.clock.now() + timedelta(days=3))
    held = office.do(repair, "hold", text="等配件", until=until).json()
    assert (held["held_until"], held["hold_reason"]) == (until, "等配件")
    assert office.do(repair, "accept").json()["code"] == "on_hold"
    assert office.do(repair, "resume").status_code == 200
    assert office.do(repair, "resume").json()["code"] == "not_on_hold"
    assert office.do(repair, "hold", text="等", until="2027-12-01T00:00:00Z").json()["code"] == "bad_hold"
    assert office.do("w9", "accept").status_code == 404
    assert office.api.get("/work-orders/w9").status_code == 404
    assert office.do(repair, "assign", assignee_id="nobody").json()["code"] == "unknown_person"
    assert office.make(kind="gardening").json()["code"] == "unknown_kind"
    office.make("k9")
    assert office.make("k9", text="别的").json()["code"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("assign", {}),
        ("finish", {"outcome": "perhaps"}),
        ("finish", {}),
        ("call-backs", {"result": "maybe"}),
        ("rate", {"rating": 6}),
        ("rate", {"rating": "5"}),
        ("cancel", {}),
        ("cancel", {"text": "  "}),
        ("hold", {"text": "等", "until": "tomorrow"}),
        ("hold", {"text": "等", "until": 1}),
        ("notes", {"text": "a\x00b"}),
        ("start", {"more": 1}),
    ],
)
def test_what_is_not_well_formed_is_refused(office: Office, verb: str, body: dict[str, Any]) -> None:
    answer = office.do("w1", verb, **body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_what_is_late_is_first_and_counted(office: Office) -> None:
    calm = office.new(kind="contact_check")
    late = office.new()
    office.clock.turn(timedelta(hours=1))
    office.tick()
    page = office.get()
    assert [(line["id"], line["overdue"]) for line in page["items"]] == [(late, True), (calm, False)]
    assert [line["id"] for line in office.get(overdue=True)["items"]] == [late]
    assert [line["id"] for line in office.get(kind="contact_check", state="registered")["items"]] == [calm]
    assert office.get(limit=1, offset=1)["total"] == 2
    summary = office.get("/summary")
    assert (summary["open"], summary["overdue"], summary["supervised"]) == (2, 1, 1)
    registered = next(one for one in summary["states"] if one["code"] == "registered")
    assert (registered["count"], registered["overdue"]) == (2, 1)
    assert office.api.get("/work-orders", params={"state": "sleeping"}).status_code == 422


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_list_leaves_as_a_file(office: Office, form: str) -> None:
    order_id = office.new(text="=1+1 送餐")
    answer = office.api.get("/work-orders/export", params={"format": form})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].endswith(f'.{form}"')
    (row,) = read_sheet(answer.content).rows
    assert row.cells["编号 id"] == order_id
    assert row.cells["内容 text"] == "=1+1 送餐"
    assert row.cells["状态 state"] == "已受理，待派单 Registered, to be assigned"


def test_forms_have_their_words(office: Office) -> None:
    words = office.get("/words")
    assert {"code": "repair", "label": {"zh-CN": "设备维修", "en": "Repair"}} in words["kinds"]
    assert words["taken_by"]["repair"] == ["manager", "responder", "technician"]
    assert len(words["call_results"]) == 6
