"""What is no message of the contract is refused with the reason that says why, and nothing else is raised."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract.codec import Refusal, RefusalReason, decode_command, decode_event, decode_result, decode_status

R = RefusalReason


def _event(**changes: Any) -> bytes:
    event = {"specversion": "1.0", "id": "e-1", "source": "care/v1/T7K2", "type": "care.sos.pressed", **changes}
    return json.dumps({k: v for k, v in event.items() if v is not ...}).encode()


@pytest.mark.parametrize(
    ("payload", "reason", "event_id"),
    [
        (b"", R.EMPTY, None),
        (b" " * 65_537, R.TOO_LARGE, None),
        (b"help", R.NOT_JSON, None),
        (_event()[:-1], R.NOT_JSON, None),
        (_event() + b"}", R.NOT_JSON, None),
        (b'{"id":"\xff"}', R.NOT_JSON, None),
        (b'{"id":"\\ud800"}', R.NOT_JSON, None),
        (b'{"id":"\\udc00x"}', R.NOT_JSON, None),
        (b'{"id":NaN}', R.NOT_JSON, None),
        (b'{"id":1e999}', R.NOT_JSON, None),
        (b'{"id":' + b"9" * 5000 + b"}", R.NOT_JSON, None),
        (b"\xef\xbb\xbf" + _event(), R.NOT_JSON, None),
        (b"[" * 200 + b"]" * 200, R.TOO_DEEP, None),
        (b"[" * 30_000 + b"]" * 30_000, R.TOO_DEEP, None),
        (b"[1]", R.NOT_AN_OBJECT, None),
        (b'"help"', R.NOT_AN_OBJECT, None),
        (_event(specversion=...), R.MISSING_ATTRIBUTE, "e-1"),
        (_event(source=None), R.MISSING_ATTRIBUTE, "e-1"),
        (_event(id=...), R.MISSING_ATTRIBUTE, None),
        (_event(type=7), R.BAD_ATTRIBUTE, "e-1"),
        (_event(type=""), R.BAD_ATTRIBUTE, "e-1"),
        (_event(type="t" * 129), R.BAD_ATTRIBUTE, "e-1"),
        (_event(type="a\x00b"), R.BAD_ATTRIBUTE, "e-1"),
        (_event(specversion="0.3"), R.BAD_SPECVERSION, "e-1"),
        (_event(specversion="\x00"), R.BAD_SPECVERSION, "e-1"),
        (_event(id="x" * 129), R.BAD_ID, None),
        (_event(id="a\nb"), R.BAD_ID, None),
        (_event(id="a\x00"), R.BAD_ID, None),
        (_event(id="\u202e"), R.BAD_ID, None),
        (_event(id=12), R.BAD_ATTRIBUTE, None),
    ],
)
def test_a_bad_event(payload: bytes, reason: RefusalReason, event_id: str | None) -> None:
    with pytest.raises(Refusal) as refused:
        decode_event(payload, "T7K2")
    assert (refused.value.reason, refused.value.event_id) == (reason, event_id)
    assert "\x00" not in refused.value.detail


@pytest.mark.parametrize("payload", [b"{}", b'{"state":"dead"}', b'{"state":[]}', b'{"state":{}}', b'{"state":1}'])
def test_a_bad_status(payload: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        decode_status(payload)
    assert refused.value.reason is R.BAD_ATTRIBUTE


def test_what_is_unusable_in_a_status_is_dropped_and_the_state_stays() -> None:
    status = decode_status(
        b'{"state":"online","boot":-1,"at":"9999-01-01T00:00:00Z","firmware":"\\u0000","battery":' + b"9" * 400 + b"}"
    )
    assert status.state == "online"
    assert (status.boot, status.at, status.firmware, status.battery, status.rssi) == (None, None, None, None, None)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b'{"status":"done"}', R.BAD_ID),
        (b'{"id":{},"status":"done"}', R.BAD_ID),
        (b'{"id":"c"}', R.BAD_ATTRIBUTE),
        (b'{"id":"c","status":[]}', R.BAD_ATTRIBUTE),
        (b'{"id":"c","status":"well"}', R.BAD_ATTRIBUTE),
    ],
)
def test_a_bad_result(payload: bytes, reason: RefusalReason) -> None:
    with pytest.raises(Refusal) as refused:
        decode_result(payload)
    assert refused.value.reason is reason


def test_a_results_detail_can_always_be_stored() -> None:
    assert decode_result(b'{"id":"c","status":"failed","detail":{"why":"\\u0000"}}').detail == {"why": "\ufffd"}
    deep = b'{"id":"c","status":"failed","detail":' + b"[" * 50 + b"]" * 50 + b"}"
    assert decode_result(deep).detail is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": ""}, R.BAD_ID),
        ({"command": []}, R.BAD_ATTRIBUTE),
        ({"command": "dance"}, R.BAD_ATTRIBUTE),
        ({"args": None}, R.BAD_ATTRIBUTE),
        ({"expires": "soon"}, R.BAD_TIME),
    ],
)
def test_a_bad_command(changes: dict[str, Any], reason: RefusalReason) -> None:
    command = {"id": "c", "command": "test", "args": {}, "expires": "2026-11-24T03:12:45.120Z", **changes}
    with pytest.raises(Refusal) as refused:
        decode_command(json.dumps(command).encode())
    assert refused.value.reason is reason
