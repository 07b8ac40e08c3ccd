"""The quick way through a pack says what the careful one says; framing refuses what decoding refuses as a whole."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contract.metrics import METRICS
from contract.senml import Pack, frame_pack, read_pack
from contract.senml_plain import read_plain
from contract.strict_json import Refusal, RefusalReason, decode_json
from tests.harness.mutations import bad_messages

NOW = 1_764_000_000.0
UNITS = st.sampled_from(["", "Cel", "beat/min", "%", "%EL", "dBm", "count"])
NUMBERS = st.sampled_from([0, -0.0, 1, 20.5, 70, 1e9, -40, 2**28, 1.7e9, 1e308, 10**30]) | st.floats(-100, 400)
RECORD = st.fixed_dictionaries(
    {},
    optional={
        "n": st.sampled_from([*METRICS, "aura", "T7K2/steps", ""]),
        "v": NUMBERS,
        "vb": st.booleans(),
        "u": UNITS,
        "t": NUMBERS,
        "bn": st.sampled_from(["", "T7K2/", "T8/"]),
        "bt": NUMBERS,
        "bu": UNITS,
        "bv": NUMBERS,
        "bver": st.integers(1, 12),
        "vs": st.text(max_size=2),
        "x_": st.just(1),
    },
)
GOOD = st.sampled_from([metric for metric in METRICS.values() if metric.kind == "number"]).map(
    lambda metric: {"n": metric.name, "u": metric.unit, "v": metric.low, "bt": NOW}
)
ODD = st.none() | st.integers() | st.lists(st.integers(), max_size=2) | st.just({"n": None, "v": True, "t": "1"})
PACKS: st.SearchStrategy[Any] = st.lists(RECORD | GOOD | ODD, max_size=4)


def _carefully(payload: bytes) -> Pack:
    return read_pack(decode_json(payload), "T7K2", NOW)


def _agree(payload: bytes) -> bool:
    """Whether the quick way was taken; that both say the same is asserted."""
    plain = read_plain(payload, "T7K2", NOW)
    if plain is not None:
        careful = _carefully(payload)
        assert repr(careful.readings) == repr(plain)
        assert careful.refused == ()
    return plain is not None


@settings(max_examples=3000, deadline=None)
@given(PACKS)
def test_both_ways_say_the_same(records: list[Any]) -> None:
    _agree(json.dumps(records).encode())


@settings(max_examples=300, deadline=None)
@given(st.lists(GOOD, min_size=1, max_size=4))
def test_good_packs_take_the_quick_way(records: list[Any]) -> None:
    assert _agree(json.dumps(records).encode())


def test_keys_that_stand_twice_count_as_elsewhere() -> None:
    assert _agree(b'[{"n":"steps","n":"heart_rate","v":1,"v":71}]')


def _refusal(check: Any, payload: bytes) -> RefusalReason | None:
    try:
        check(payload)
    except Refusal as refusal:
        return refusal.reason
    return None


def _frames_as_decoded(payload: bytes) -> None:
    framed = _refusal(frame_pack, payload)
    if framed is None and b"e" in payload.lower():
        return  # may hold a number beyond a float's range, which only decoding finds
    assert framed == _refusal(_carefully, payload)


@settings(max_examples=2000, deadline=None)
@given(PACKS.map(lambda records: json.dumps(records).encode()) | st.binary(max_size=60))
def test_framing_refuses_what_decoding_refuses_as_a_whole(payload: bytes) -> None:
    _frames_as_decoded(payload)


def test_framing_agrees_on_what_devices_get_wrong() -> None:
    for message in bad_messages("T7K2", 2500, seed=5):
        _frames_as_decoded(message.payload)
    for payload in (b"[" * 5000, b"[" * 200 + b"]" * 200, b'[{"n":"\xff"}]', b"[1," * 999 + b"1" + b"]" * 999):
        _frames_as_decoded(payload)
    assert _refusal(frame_pack, b"[" + b"1," * 1000 + b"1]") is RefusalReason.TOO_MANY_RECORDS
    assert _refusal(frame_pack, b'[{"n":"steps","v":1e999}]') is None
    assert _refusal(_carefully, b'[{"n":"steps","v":1e999}]') is RefusalReason.NOT_JSON
