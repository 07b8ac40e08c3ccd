"""The past of the demo district is one that the platform itself could have written."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

import pytest

from backend.adapters.db.demo_rows import case_rows
from backend.domain.alert.model import EntryKind
from backend.domain.audit.conformance import Course, reviews
from backend.domain.demo.cases import Case, Counters
from backend.domain.demo.district import make_district
from contract.codec import decode_event
from contract.vocabulary import OUTCOME_CODES, SOS, Handling
from tests.harness.demo import cases, plan


@pytest.fixture(scope="module")
def past() -> list[Case]:
    return cases(make_district(plan(7, 600)))


def test_everything_is_over_before_today(past: list[Case]) -> None:
    ends_at = plan().ends_at
    assert len(past) > 400
    for case in past:
        assert case.alert.handling is Handling.CLOSED
        assert case.alert.closed_at is not None
        assert case.alert.closed_at < ends_at
        assert max(entry.at for entry in case.entries) < ends_at
        assert not case.alert.ringing
        assert (case.alert.lease_until, case.alert.reaction_due_at) == (None, None)


def test_timelines_are_in_order_and_begin_and_end_as_they_do(past: list[Case]) -> None:
    for case in past:
        moments = [entry.at for entry in case.entries]
        assert moments == sorted(moments)
        kinds = [entry.kind for entry in case.entries]
        assert kinds[0] is EntryKind.RAISED
        assert kinds.count(EntryKind.CLOSED) == kinds.count(EntryKind.AUDITED) == kinds.count(EntryKind.RAISED) == 1
        assert EntryKind.ACCEPTED in kinds or EntryKind.RESPONDER_ACCEPTED in kinds


def test_a_device_has_one_alert_at_a_time(past: list[Case]) -> None:
    spans = defaultdict(list)
    for case in past:
        spans[case.alert.device_id].append((case.alert.received_at, case.alert.closed_at))
    for of_device in spans.values():
        ordered = sorted(of_device)
        assert all(before[1] < after[0] for before, after in pairwise(ordered))


def test_voice_is_when_somebody_spoke_and_an_outcome_that_says_so_has_one(past: list[Case]) -> None:
    for case in past:
        voices = [entry.at for entry in case.entries if entry.kind is EntryKind.VOICE_CONTACT]
        assert case.alert.first_voice_at == (min(voices) if voices else None)
        assert voices or not OUTCOME_CODES[case.alert.outcome or ""].spoken
        spoken = [
            row for row in case.rows["calls"] if row["result"] == "spoken" and row["to_kind"] != "emergency_service"
        ]
        assert bool(spoken) == bool(voices)


def test_reviews_are_those_that_the_course_asks_for_and_all_are_looked_at(past: list[Case]) -> None:
    for case in past:
        alert = case.alert
        course = Course(alert.received_at, alert.accepted_at, alert.first_voice_at, alert.type == SOS, None, False)
        found = case.rows.get("reviews", [])
        assert [row["reason"] for row in found] == [str(reason) for reason in reviews(course)]
        assert all(row["closed_at"] > row["opened_at"] for row in found)
    assert any(case.rows.get("reviews") for case in past)


def test_its_events_can_be_read_as_if_a_device_had_sent_them(past: list[Case]) -> None:
    for row in case_rows(past[:50], "book")["events"]:
        event = decode_event(row["payload"], row["device_id"])
        assert (event.id, event.type, event.seq, event.boot, event.sos_seq) == (
            row["event_id"], row["type"], row["seq"], row["boot"], row["sos_seq"],
        )  # fmt: skip
        assert event.flags == ()
        assert row["variant"] == f"{event.boot}|{event.seq}|{event.time}|{event.type}"


def test_no_device_has_lost_a_press_by_its_own_numbers() -> None:
    counters: dict[str, Counters] = {}
    for batch in make_district(plan(7, 600)):
        counters |= batch.counters
    assert counters
    for one in counters.values():
        assert (one.account.seq.missing, one.account.sos.missing) == (0, 0)
        assert (one.account.seq.received, one.account.sos.received) == (one.seq, one.sos_seq)


def test_a_device_that_was_silent_by_then_called_nobody(past: list[Case]) -> None:
    said = {one.device_id: one.at for batch in make_district(plan(7, 600)) for one in batch.said}
    for case in past:
        assert case.alert.device_id in said  # one that was never put up has no past
        assert case.alert.received_at < said[case.alert.device_id] + timedelta(hours=3)
