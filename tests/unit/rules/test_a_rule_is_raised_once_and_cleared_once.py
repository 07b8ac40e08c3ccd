"""A rule raises below one value and clears above another; a late reading and a copy change nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.rule_file import BadRule, load_rules
from backend.domain.rules.threshold import Observation, Rule, RuleReason, RuleState, decide
from backend.services.telemetry.observe import Key, Observe, RuleOutcome
from backend.services.telemetry.ports import DeviceReading
from contract.metrics import METRICS
from contract.vocabulary import Label
from tests.fakes.telemetry_store import MemoryTelemetryStore
from tests.harness.clock import ManualClock

CLOCK = ManualClock()
NOW = CLOCK.now()
LOW = Rule("battery_low", Label("电量低", "Battery low"), "battery", 15, 25)


def reading(value: float, seconds: float, metric: str = "battery", ahead: float = 0.0) -> DeviceReading:
    """`ahead`: how far the device's clock runs ahead."""
    received = NOW + timedelta(seconds=seconds)
    return DeviceReading("T1", metric, received.timestamp() + ahead, value, received)


class MemoryFindings:
    """As `SqlFindings`, in memory."""

    def __init__(self) -> None:
        self.known: dict[Key, RuleState] = {}
        self.outcomes: list[RuleOutcome] = []

    def states(self, device_ids: Collection[str]) -> Mapping[Key, RuleState]:
        return {key: state for key, state in self.known.items() if key[0] in device_ids}

    def record(self, outcome: RuleOutcome) -> bool:
        seen = outcome.observation
        self.known[outcome.device_id, outcome.rule] = RuleState(
            outcome.outcome is RuleReason.RAISED, seen.at, seen.value
        )
        self.outcomes.append(outcome)
        return True


class Lane:
    """What is stored and then observed, as the ingest does it."""

    def __init__(self) -> None:
        self.findings, self.store = MemoryFindings(), MemoryTelemetryStore()
        self.told: list[tuple[str, str]] = []
        self._observe = Observe(
            (LOW,), self.findings, self.store, CLOCK, lambda rule, outcome: self.told.append((rule, outcome))
        )

    def take(self, *readings: DeviceReading) -> None:
        self.store.write(readings)
        self._observe(readings)

    def said(self) -> list[tuple[str, float]]:
        return [(str(one.outcome), one.observation.value) for one in self.findings.outcomes]


def test_between_the_two_values_nothing_changes() -> None:
    lane = Lane()
    for second, value in enumerate((80, 16, 15, 14, 20, 24, 15, 25, 16, 40)):
        lane.take(reading(value, second))
    assert lane.said() == [("raised", 15), ("cleared", 25)]
    assert lane.told == [("battery_low", "raised"), ("battery_low", "cleared")]


def test_a_batch_that_comes_again_does_nothing_twice() -> None:
    lane = Lane()
    batch = [reading(80, 1), reading(10, 2)]
    for _ in range(3):
        lane.take(*batch)
    assert lane.said() == [("raised", 10)]


def test_a_late_reading_never_raises_nor_clears() -> None:
    lane = Lane()
    lane.take(reading(90, 100))
    lane.take(reading(5, 50))
    assert lane.said() == []
    lane.take(reading(5, 200))
    lane.take(reading(90, 150))
    assert lane.said() == [("raised", 5)]


def test_of_a_batch_the_newest_counts_whatever_its_order() -> None:
    lane = Lane()
    lane.take(reading(5, 10), reading(90, 20), reading(7, 15))
    assert lane.said() == []


def test_a_clock_that_runs_ahead_does_not_silence_what_follows() -> None:
    lane = Lane()
    lane.take(reading(10, 1, ahead=86_400 * 365))
    lane.take(reading(60, 60))
    assert lane.said() == [("raised", 10), ("cleared", 60)]


def test_other_metrics_are_nobodys_business() -> None:
    lane = Lane()
    lane.take(reading(1, 1, metric="steps"))
    assert lane.said() == []


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 30)), max_size=40))
def test_raised_and_cleared_take_turns_and_time_never_runs_back(seen: list[tuple[int, int]]) -> None:
    state: RuleState | None = None
    reasons = []
    for value, second in seen:
        before = state
        reason, state = decide(LOW, state, Observation("T1", "battery", NOW + timedelta(seconds=second), value))
        if state is not before:
            assert state is not None
            assert before is None or state.at > before.at
            reasons.append(reason)
    turns = [RuleReason.RAISED, RuleReason.CLEARED] * (len(reasons) // 2 + 1)
    assert reasons == turns[: len(reasons)]


def test_the_shipped_rules_are_explained_and_sound() -> None:
    path = Path("config/rules/telemetry.toml")
    rules = load_rules(path)
    assert {rule.code for rule in rules} == {"battery_low", "signal_weak"}
    assert all(rule.label.zh and rule.label.en and rule.metric in METRICS for rule in rules)
    comments = " ".join(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#"))
    assert all(key in comments for key in ("label", "metric", "raise_at_or_below", "clear_at_or_above"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("clear_at_or_above = 25", "clear_at_or_above = 15"), "must be higher"),
        (("raise_at_or_below = 15", "raise_at_or_below = -3"), "within 0 to 100"),
        (('metric = "battery"', 'metric = "motion"'), "no metric with a number"),
        (('metric = "battery"', 'metric = "battery"\nalarm = true'), "unknown field"),
        (("raise_at_or_below = 15", 'raise_at_or_below = "low"'), "Expected `float`"),
        (("[battery_low]", "[Battery]"), "regex"),
    ],
)
def test_a_wrong_rule_is_refused_with_the_place_and_the_reason(
    change: tuple[str, str], said: str, tmp_path: Path
) -> None:
    text = Path("config/rules/telemetry.toml").read_text(encoding="utf-8")
    path = tmp_path / "telemetry.toml"
    path.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(BadRule, match=r"telemetry\.toml") as refused:
        load_rules(path)
    assert said in str(refused.value)


def test_without_a_file_there_are_no_rules(tmp_path: Path) -> None:
    assert load_rules(tmp_path / "none.toml") == ()
