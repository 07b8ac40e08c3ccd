"""The seeded bad input of the acceptance tests: the same each time, of every kind, and harmless to the decoders."""

from __future__ import annotations

import json
from collections import Counter

import msgspec

from contract.codec import Refusal, decode_event, decode_result, decode_status
from contract.senml import decode_pack
from contract.topics import MAX_PACKET_BYTES, Channel, parse_topic
from tests.harness.mutations import BadMessage, Kind, bad_messages

MESSAGES = list(bad_messages("T7K2", 10_000, seed=2))


def test_the_same_seed_gives_the_same_messages_and_another_gives_others() -> None:
    assert list(bad_messages("T7K2", 300, seed=2)) == MESSAGES[:300]
    assert list(bad_messages("T7K2", 300, seed=3)) != MESSAGES[:300]


def test_every_kind_comes_and_the_oversized_is_rare() -> None:
    found = Counter(message.kind for message in MESSAGES)
    assert set(found) == set(Kind)
    assert 1 <= found[Kind.OVERSIZED] <= 50
    assert all(count >= 500 for kind, count in found.items() if kind is not Kind.OVERSIZED)


def test_kinds_can_be_left_out() -> None:
    kinds = frozenset(Kind) - {Kind.OVERSIZED}
    assert {message.kind for message in bad_messages("T7K2", 2000, seed=1, kinds=kinds)} == kinds


def test_every_message_but_the_oversized_is_a_legal_publish() -> None:
    for message in MESSAGES:
        assert not set("+#\x00") & set(message.topic)
        size = len(message.topic.encode()) + len(message.payload)
        assert (size > MAX_PACKET_BYTES) is (message.kind is Kind.OVERSIZED)


def _outcome(message: BadMessage) -> str:
    named = parse_topic(message.topic)
    if named is None or named[1] is Channel.COMMAND:
        return "no_topic_of_ours"
    try:
        if named[1] is Channel.EVENT:
            read: object = decode_event(message.payload, "T7K2")
        elif named[1] is Channel.STATUS:
            read = decode_status(message.payload)
        elif named[1] is Channel.RESULT:
            read = decode_result(message.payload)
        else:
            read = decode_pack(message.payload, "T7K2", 1.7e9)
    except Refusal as refusal:
        return str(refusal.reason)
    assert "\\u0000" not in json.dumps(msgspec.to_builtins(read))
    return "read"


def test_each_has_its_outcome_and_nothing_else_is_raised() -> None:
    outcomes = Counter(_outcome(message) for message in MESSAGES)
    assert outcomes["read"] > 1000
    assert outcomes.keys() >= {"no_topic_of_ours", "empty", "too_large", "too_deep", "not_json", "bad_id", "not_a_pack"}
    assert outcomes.total() == len(MESSAGES)
