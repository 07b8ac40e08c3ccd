"""Deadlines by a clock that is turned by hand: 督办 by itself, once per step, told to the manager, exactly once."""

from __future__ import annotations

import threading
from datetime import timedelta

from backend.domain.work_order.model import CallResult, Outcome, Verb
from tests.harness.work_orders import WorkDesk

HOUR = timedelta(hours=1)


def _town(desk: WorkDesk) -> None:
    desk.organisation("town", "town")
    desk.organisation("centre", parent="town", provides=["service_request"])
    desk.person("boss", "town", "manager")
    desk.person("helper", "centre", "responder")
    desk.home("h1", organisation_id="centre")


def test_a_week_in_which_nobody_does_anything(desk: WorkDesk) -> None:
    _town(desk)
    made = desk.create("service_request", home_id="h1")
    supervised = 0
    for _ in range(7 * 24):
        desk.clock.turn(HOUR)
        supervised += desk.watch()
    assert supervised == 1
    detail = desk.detail(made.id)
    assert detail.overdue
    assert detail.supervised_at == detail.created_at + timedelta(hours=1)
    assert [entry.kind.code for entry in detail.timeline].count("supervised") == 1
    (told,) = [notice for notice in desk.notices.of(made.id) if notice.recipient_id == "boss"]
    assert (told.facts["why"], told.facts["kind_label"]["en"]) == ("overdue", "Service request")
    assert told.contact_points == ("cp-boss",)
    assert (told.facts["home"], told.work_order_id) == ("h1 号", made.id)


def test_each_step_is_supervised_by_itself_and_the_first_time_stays(desk: WorkDesk) -> None:
    _town(desk)
    order_id = desk.create("service_request", home_id="h1").id
    for verb, fields in (
        (Verb.ASSIGN, {"assignee_id": "helper"}),
        (Verb.START, {}),
        (Verb.FINISH, {"outcome": Outcome.DONE}),
        (Verb.CALL_BACK, {"result": CallResult.SATISFIED}),
        (Verb.RATE, {"rating": 4}),
        (Verb.CLOSE, {}),
    ):
        desk.clock.turn(timedelta(days=3))
        assert desk.watch() == 1
        assert desk.watch() == 0
        desk.do(order_id, verb, **fields)  # type: ignore[arg-type]
    desk.clock.turn(timedelta(days=30))
    assert desk.watch() == 0
    detail = desk.detail(order_id)
    assert detail.state.code == "closed"
    assert detail.supervised_at == detail.created_at + timedelta(days=3)
    assert [entry.kind.code for entry in detail.timeline].count("supervised") == 6
    assert len([notice for notice in desk.notices.of(order_id) if notice.recipient_id == "boss"]) == 6


def test_an_order_that_is_done_in_time_is_never_supervised(desk: WorkDesk) -> None:
    _town(desk)
    order_id = desk.create("service_request", home_id="h1").id
    desk.do(order_id, Verb.ACCEPT)
    desk.do(order_id, Verb.START)
    desk.do(order_id, Verb.FINISH, outcome=Outcome.DONE)
    desk.do(order_id, Verb.CALL_BACK, result=CallResult.SATISFIED)
    desk.do(order_id, Verb.CLOSE)
    desk.clock.turn(timedelta(days=30))
    assert desk.watch() == 0
    assert desk.detail(order_id).supervised_at is None


def test_a_hold_ends_by_itself_and_then_the_deadline_counts_again(desk: WorkDesk) -> None:
    _town(desk)
    order_id = desk.create("service_request", home_id="h1").id
    desk.do(order_id, Verb.HOLD, text="等配件", until=desk.clock.now() + timedelta(days=2))
    desk.clock.turn(timedelta(days=1))
    assert desk.watch() == 0
    assert not desk.detail(order_id).overdue
    desk.clock.turn(timedelta(days=1))
    assert desk.watch() == 1
    assert desk.kinds(order_id)[-1] == "resumed"
    desk.clock.turn(timedelta(minutes=31))
    assert desk.watch() == 1
    assert "supervised" in desk.kinds(order_id)


def test_where_there_is_no_manager_to_tell_the_timeline_says_so(desk: WorkDesk) -> None:
    desk.organisation("centre", provides=["service_request"])
    desk.person("unverified", "centre", "manager", verified=False)
    desk.home("h1", organisation_id="centre")
    order_id = desk.create("service_request", home_id="h1").id
    desk.clock.turn(timedelta(days=1))
    assert desk.watch() == 1
    last = desk.detail(order_id).timeline[-1]
    assert (last.kind.code, last.reason) == ("nobody_to_tell", "no_manager")


def test_two_processes_supervise_each_order_exactly_once(desk: WorkDesk) -> None:
    _town(desk)
    ids = [desk.create("service_request", f"k{number}", home_id="h1").id for number in range(60)]
    desk.clock.turn(timedelta(hours=2))
    moved = [0, 0]
    together = threading.Barrier(2)

    def work(place: int) -> None:
        together.wait(5)
        for _ in range(40):
            moved[place] += desk.watch(3)

    threads = [threading.Thread(target=work, args=(place,), name=f"worker-{place}") for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(moved) == len(ids)
    for order_id in ids:
        assert desk.kinds(order_id).count("supervised") == 1
    assert len([notice for notice in desk.notices.put_ones.values() if notice.recipient_id == "boss"]) == len(ids)


def test_one_order_that_breaks_us_does_not_keep_the_others(desk: WorkDesk) -> None:
    _town(desk)
    bad = desk.create("service_request", "bad", home_id="h1").id
    desk.clock.turn(timedelta(seconds=1))
    good = desk.create("service_request", "good", home_id="h1").id
    put = desk.notices.put

    def break_for_bad(notices, now):  # type: ignore[no-untyped-def]
        if notices[0].work_order_id == bad:
            raise RuntimeError("the outbox cannot take this one")
        return put(notices, now)

    desk.notices.put = break_for_bad  # type: ignore[method-assign]
    desk.clock.turn(timedelta(days=1))
    assert desk.watch() == 1
    assert "supervised" in desk.kinds(good)
    assert "supervised" not in desk.kinds(bad)
    desk.notices.put = put  # type: ignore[method-assign]
    assert desk.watch() == 1
    assert "supervised" in desk.kinds(bad)
