"""The access rules are read with Mosquitto's meaning, and a filter is granted only with all that it matches."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from backend.services.broker_access.accounts import Access
from backend.services.broker_access.rules import Action, RuleError, covers, read_rules

SHIPPED = read_rules((Path(__file__).parents[3] / "config" / "mosquitto" / "acl").read_text(encoding="utf-8"))
levels = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4)
filters = st.tuples(st.lists(st.sampled_from(["a", "b", "+"]), min_size=1, max_size=3), st.booleans()).map(
    lambda drawn: [*drawn[0], *(["#"] if drawn[1] else [])]
)


@given(filters, levels)
def test_a_topic_is_covered_as_brokers_match_it(rule: list[str], topic: list[str]) -> None:
    assert covers(rule, topic) is topic_matches_sub("/".join(rule), "/".join(topic))


@given(filters, filters, levels)
def test_a_filter_that_is_covered_matches_nothing_else(rule: list[str], asked: list[str], topic: list[str]) -> None:
    if covers(rule, asked) and topic_matches_sub("/".join(asked), "/".join(topic)):
        assert topic_matches_sub("/".join(rule), "/".join(topic))


def test_wildcards_reach_no_topic_of_the_broker_itself() -> None:
    assert not covers(["#"], ["$SYS", "x"])
    assert covers(["$SYS", "broker", "#"], ["$SYS", "broker", "load", "#"])


@pytest.mark.parametrize("name", ["", "+", "#", "a/b", "T1/#"])
def test_a_name_that_reaches_into_others_reaches_nothing(name: str) -> None:
    for topic in (f"care/v1/{name}/event", "care/v1/T1/event"):
        assert not SHIPPED.allow(name, Action.PUBLISH, topic)


def test_nobody_publishes_on_a_filter() -> None:
    assert not SHIPPED.allow("gw1.events", Action.PUBLISH, "care/v1/+/command")
    assert SHIPPED.allow("gw1.events", Action.PUBLISH, "care/v1/T1/command")


def test_the_essential_is_the_event_and_the_command() -> None:
    reached = {
        topic: SHIPPED.allow("T1", Action.PUBLISH, f"care/v1/T1/{topic}", Access.ESSENTIAL)
        for topic in ("event", "telemetry", "status", "result")
    }
    assert reached == {"event": True, "telemetry": False, "status": False, "result": False}
    assert SHIPPED.allow("T1", Action.SUBSCRIBE, "care/v1/T1/command", Access.ESSENTIAL)


@pytest.mark.parametrize("broken", ["topic", "user ", "deny everything", "topic deny x", "topic maybe x", "pattern"])
def test_a_line_that_is_no_rule_is_refused(broken: str) -> None:
    with pytest.raises(RuleError, match="line 2"):
        read_rules(f"# comment\n{broken}\n")
