"""The devices' calls as technicians and programs use them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from contract.topics import is_device_id
from tests.harness.backend import Platform, running

DEVICES = "/api/v1/devices"
HOME = {
    "label": "塔湾 12 号",
    "address": "桃花镇塔湾村 12 号",
    "landmark": "井边",
    "entry": "后门",
    "phone": "0580-1234567",
    "residents": [{"name": "王桂英", "birth_year": 1941, "lives_alone": True, "hearing": "impaired"}],
    "contacts": [{"name": "李强", "relation": "儿子", "phone": "13900000000", "role": "key_holder", "minutes_away": 5}],
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("platform")
    with running(folder, f"sqlite:///{folder}/care.sqlite") as found:
        yield found


@pytest.fixture
def tool(platform: Platform) -> Iterator[httpx2.Client]:
    with platform.client("cli") as client:
        yield client


def enrol(client: httpx2.Client, *items: dict[str, Any], **headers: str) -> httpx2.Response:
    return client.post(DEVICES, json={"items": list(items)}, headers=headers)


def test_a_technician_enrols_and_an_operator_may_not(platform: Platform) -> None:
    with platform.browser("tech") as technician, platform.browser("op1") as operator:
        answer = enrol(technician, {"kind": "terminal", "home": HOME, "room": "卧室"})
        assert answer.status_code == 201, answer.text
        refused = enrol(operator, {"kind": "terminal", "home": HOME})
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        device_id = answer.json()["items"][0]["device_id"]
        assert is_device_id(device_id)
        shown = operator.get(f"{DEVICES}/{device_id}").json()
        assert (shown["state"], shown["home_label"], shown["room"], shown["status"]) == (
            "enrolled",
            "塔湾 12 号",
            "卧室",
            None,
        )
        assert "secret_hash" not in shown


def test_the_same_key_is_the_same_answer(tool: httpx2.Client) -> None:
    item = {"kind": "terminal", "home": HOME}
    first, again = (enrol(tool, item, **{"Idempotency-Key": "k-1"}) for _ in range(2))
    assert first.json() == again.json()
    other = enrol(tool, {**item, "room": "厨房"}, **{"Idempotency-Key": "k-1"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_a_conflict_names_the_devices(tool: httpx2.Client) -> None:
    item = {"kind": "terminal", "lobby": True, "device_id": "lobby-7"}
    assert enrol(tool, item).status_code == 201
    answer = enrol(tool, item)
    assert (answer.status_code, answer.json()["code"], answer.json()["ids"]) == (409, "device_exists", ["lobby-7"])
    assert enrol(tool, {**item, "rotate": True}).status_code == 201


@pytest.mark.parametrize(
    "item",
    [
        {"kind": "fridge", "home": HOME},
        {"kind": "terminal", "home": {**HOME, "shoe_size": 3}},
        {"kind": "terminal", "home": {"label": "x"}},
        {"kind": "terminal", "home": {**HOME, "phone": "call me"}},
        {"kind": "terminal", "home": {**HOME, "residents": [{"name": "a", "birth_year": "1941"}]}},
        {"kind": "terminal", "home": {**HOME, "contacts": [{"name": "a", "relation": "b", "phone": "110"}]}},
        {"kind": "terminal", "home": HOME, "room": "a\u0000"},
        {"kind": "terminal", "lobby": "yes"},
        {"kind": "terminal", "lobby": True, "device_id": "lobby-" + "x" * 80},
        {"kind": "terminal", "home_id": "../x"},
    ],
)
def test_what_is_no_request_is_refused_with_the_field(tool: httpx2.Client, item: dict[str, Any]) -> None:
    answer = enrol(tool, item)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"][0]["field"].startswith("body.items.0")


def test_five_hundred_at_once_and_not_one_more(tool: httpx2.Client) -> None:
    item = {"kind": "sensor", "home": {"label": "塔湾村很长的名字" * 8, "address": "塔湾村很长的名字" * 8}}
    answer = enrol(tool, *[item] * 500)
    assert answer.status_code == 201
    assert len({entry["device_id"] for entry in answer.json()["items"]}) == 500
    assert enrol(tool, *[item] * 501).status_code == 422
    assert enrol(tool).status_code == 422


def test_the_list_is_read_in_pages(tool: httpx2.Client) -> None:
    made = {entry["device_id"] for entry in enrol(tool, *[{"kind": "sensor", "home": HOME}] * 250).json()["items"]}
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = tool.get(DEVICES, params={"after": after, "limit": 200}).json()
        seen += [device["id"] for device in page["items"]]
        after = page["next"]
    assert len(seen) == len(set(seen)) > 200
    assert made <= set(seen)
    assert seen == sorted(seen)


def test_status_and_latest_values_are_shown(platform: Platform, tool: httpx2.Client) -> None:
    device_id = enrol(tool, {"kind": "sensor", "home": HOME}).json()["items"][0]["device_id"]
    received = "2026-11-24T03:12:45.120Z"
    pack = [{"n": "temperature", "u": "Cel", "v": 21.5, "t": 1_795_490_000}]
    status = {"state": "online", "boot": 7, "battery": 80}
    with platform.client("gw1") as gateway:
        for call, payload in (("telemetry", {"pack": pack}), ("status", {"status": status})):
            item = {"device_id": device_id, "received_at": received, "retained": False, **payload}
            answer = gateway.post(f"/ingest/v1/{call}", json={"gateway": "gw1", "items": [item]})
            assert (answer.status_code, answer.json()["outcomes"][0]["outcome"]) == (202, "accepted"), answer.text
    shown = tool.get(f"{DEVICES}/{device_id}").json()
    assert (shown["status"]["state"], shown["status"]["battery"], shown["telemetry_away"]) == ("online", 80, False)
    (value,) = shown["latest"]
    assert (value["metric"], value["value"], value["unit"], value["received_at"]) == (
        "temperature",
        21.5,
        "Cel",
        received,
    )
