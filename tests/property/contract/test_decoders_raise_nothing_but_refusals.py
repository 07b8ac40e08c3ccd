"""No bytes that a device can send raise anything but `Refusal`, and what is read can be encoded and stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.codec import Refusal, decode_command, decode_event, decode_result, decode_status
from contract.senml import decode_pack

DECODERS: list[Callable[[bytes], Any]] = [
    lambda payload: decode_event(payload, "T7K2"),
    decode_status,
    decode_result,
    decode_command,
    lambda payload: decode_pack(payload, "T7K2", 1_764_000_000.0),
]
VALID: list[dict[str, Any] | list[dict[str, Any]]] = [
    {
        "specversion": "1.0",
        "id": "e-1",
        "source": "care/v1/T7K2",
        "type": "care.sos.pressed",
        "time": "2026-11-24T03:12:45.120Z",
        "data": {"seq": 1, "boot": 1, "sos_seq": 1, "transmitter": "cord"},
    },
    {"state": "online", "boot": 7, "at": "2026-11-24T03:12:45.120Z", "firmware": "1", "battery": 9, "rssi": -70},
    {"id": "c-1", "status": "done", "detail": "ok"},
    {"id": "c-1", "command": "reassure", "args": {"stage": "received"}, "expires": "2026-11-24T03:12:45.120Z"},
    [{"bn": "T7K2/", "bt": 1.7e9, "bu": "Cel", "bv": 1, "bver": 10, "n": "temperature", "v": 20, "t": 1}],
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def _survives(payload: bytes) -> None:
    for decode in DECODERS:
        try:
            message = decode(payload)
        except Refusal as refusal:
            refusal.detail.encode()
            continue
        assert b"\\u0000" not in msgspec.json.encode(message)
        json.dumps(msgspec.to_builtins(message), ensure_ascii=False).encode()


@settings(max_examples=1500, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(payload: bytes) -> None:
    _survives(payload)


@settings(max_examples=1500, deadline=None)
@given(JSON)
def test_any_json(value: Any) -> None:
    _survives(json.dumps(value).encode())


@settings(max_examples=2000, deadline=None)
@given(st.sampled_from(VALID), st.data())
def test_a_valid_message_with_one_field_replaced(message: Any, data: st.DataObject) -> None:
    mutated = json.loads(json.dumps(message))
    target = mutated[0] if isinstance(mutated, list) else mutated
    target[data.draw(st.sampled_from(sorted(target)))] = data.draw(JSON)
    _survives(json.dumps(mutated).encode())


@settings(max_examples=2000, deadline=None)
@given(st.sampled_from(VALID), st.integers(0, 2000), st.integers(0, 40), st.binary(max_size=12))
def test_a_valid_message_with_bytes_cut_and_put_in(message: Any, at: int, cut: int, put: bytes) -> None:
    payload = json.dumps(message).encode()
    at %= len(payload) + 1
    _survives(payload[:at] + put + payload[at + cut :])
