"""What a gateway hands over is JSON whatever a device sent, and comes out at the backend as it went in."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from contract.ingest import EventBatch, EventItem, JsonBatch, JsonItem

AT = "2026-11-24T03:12:45.120Z"
EMPTY = msgspec.Raw(b"")


@pytest.mark.parametrize(
    ("item", "keys"),
    [
        (EventItem(device_id="T", received_at=AT, event=msgspec.Raw(b' {"id": 1} ')), {"event"}),
        (EventItem(device_id="T", received_at=AT, event=EMPTY, raw_b64="AA==", reason="r"), {"raw_b64", "reason"}),
        (EventItem(device_id="T", received_at=AT, event=msgspec.Raw(bytearray()), raw_b64="AA=="), {"raw_b64"}),
        (EventItem(device_id="T", received_at=AT, raw_b64=""), {"raw_b64"}),
        (EventItem(device_id="T", received_at=AT), set()),
    ],
)
def test_events(item: EventItem, keys: set[str]) -> None:
    body = msgspec.json.encode(EventBatch(gateway="gw1", items=[item, item]))
    assert json.loads(body)["items"][1].keys() - {"device_id", "received_at"} == keys
    back = msgspec.json.decode(body, type=EventBatch).items[0]
    assert (bytes(back.event).strip(), back.raw_b64) == (bytes(item.event).strip(), item.raw_b64)
    assert msgspec.json.encode(back) == msgspec.json.encode(msgspec.json.decode(body, type=EventBatch).items[1])


@pytest.mark.parametrize("name", ["pack", "status", "result"])
def test_the_other_messages(name: str) -> None:
    carried: dict[str, Any] = {"pack": EMPTY, "status": EMPTY, "result": EMPTY, name: msgspec.Raw(b"[{}]")}
    item = JsonItem(device_id="T", received_at=AT, **carried)
    body = msgspec.json.encode(JsonBatch(gateway="gw1", items=[item]))
    assert json.loads(body)["items"] == [{"device_id": "T", "received_at": AT, name: [{}]}]
    assert bytes(getattr(msgspec.json.decode(body, type=JsonBatch).items[0], name)) == b"[{}]"
