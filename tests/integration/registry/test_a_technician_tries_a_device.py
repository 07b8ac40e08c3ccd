"""A press in a test window is silent for 60 s and answered at once; unless it is confirmed it rings as any other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from backend.adapters.db.engine import reading, writing
from backend.adapters.db.registry import devices
from backend.adapters.db.registry_records import windows
from backend.domain.alert.lifecycle import Verb
from backend.services.identity.actor import StaffRole
from contract.times import format_time
from contract.vocabulary import Handling, Stage
from tests.harness.escalating import Escalating
from tests.harness.registry import RegistryDesk

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def live(desk: RegistryDesk) -> Escalating:
    """The same database with escalation."""
    desk.device()
    return Escalating(desk.engine, clock=desk.clock)


@pytest.fixture
def tech(desk: RegistryDesk) -> TestClient:
    return desk.of(StaffRole.TECHNICIAN)


def opened(desk: RegistryDesk, tech: TestClient, minutes: int = 30) -> str:
    answer = tech.post("/test-windows", json={"device_id": "T1", "minutes": minutes})
    return str(desk.answer(answer, 201)["id"])


def press(live: Escalating, **changes: object) -> str:
    """Answered `received` whatever it is."""
    answer = live.press("T1", **changes)
    assert [command.args["stage"] for command in answer.commands] == [Stage.RECEIVED]
    alert_id = answer.outcomes[0].alert_id
    assert alert_id is not None
    return alert_id


def is_silent(live: Escalating, alert_id: str) -> bool:
    live.tick()
    alert = live.detail(alert_id)
    assert alert.ring is not ("test" in alert.flags)
    return not alert.ring


def test_a_confirmed_press_rings_nobody_and_is_closed(desk: RegistryDesk, live: Escalating, tech: TestClient) -> None:
    opened(desk, tech)
    alert_id = press(live)
    live.pass_time(59)
    alert = live.only()
    assert (alert.ring, alert.flags, alert.waiting, alert.severity) == (False, ["test"], True, "emergency")
    assert live.told(alert_id) == []
    desk.answer(tech.post(f"/alerts/{alert_id}/confirm-test"), 204)
    desk.answer(tech.post(f"/alerts/{alert_id}/confirm-test"), 204)
    live.pass_time(300)
    closed = live.detail(alert_id)
    assert (closed.handling, closed.outcome, closed.flags) == (Handling.CLOSED, "test", ["test"])
    assert live.told(alert_id) == []
    assert {"escalated", "review_opened", "test_became_real"}.isdisjoint(live.kinds(alert_id))
    assert live.kinds(alert_id).count("test_confirmed") == 1


def test_an_unconfirmed_press_is_real_after_sixty_seconds(
    desk: RegistryDesk, live: Escalating, tech: TestClient
) -> None:
    opened(desk, tech)
    alert_id = press(live)
    live.pass_time(59)
    assert is_silent(live, alert_id)
    live.pass_time(1)
    alert = live.only()
    assert (alert.ring, alert.flags, alert.ring_seq) == (True, [], 2)
    assert "escalated" in live.kinds(alert_id)
    late = tech.post(f"/alerts/{alert_id}/confirm-test")
    assert (late.status_code, late.json()["code"]) == (409, "not_a_test")
    assert "test_became_real" in live.kinds(alert_id)


def test_escalation_does_not_wait_for_the_timer_that_makes_it_real(
    desk: RegistryDesk, live: Escalating, tech: TestClient
) -> None:
    opened(desk, tech)
    alert_id = press(live)
    live.advance()
    assert "escalated" not in live.kinds(alert_id)
    desk.clock.turn(MINUTE)
    live.advance()
    assert "escalated" in live.kinds(alert_id)
    assert live.only().ring
    live.tick()
    assert live.kinds(alert_id).count("test_became_real") == 1


@pytest.mark.parametrize(("after", "silent"), [(-1, True), (0, False), (1, False)])
def test_one_second_after_the_window_a_press_is_real(
    desk: RegistryDesk, live: Escalating, tech: TestClient, after: int, silent: bool
) -> None:
    opened(desk, tech, 10)
    desk.clock.turn(10 * MINUTE + after * SECOND)
    assert is_silent(live, press(live)) is silent


def test_a_press_before_the_window_that_comes_late_is_real(
    desk: RegistryDesk, live: Escalating, tech: TestClient
) -> None:
    before = live.item("T1", live.event("T1"))
    desk.clock.turn(SECOND)
    opened(desk, tech)
    alert_id = live.send(before).outcomes[0].alert_id
    assert not is_silent(live, alert_id or "")


def test_a_press_after_the_window_makes_an_unconfirmed_one_real_at_once(
    desk: RegistryDesk, live: Escalating, tech: TestClient
) -> None:
    opened(desk, tech, 1)
    desk.clock.turn(MINUTE - SECOND)
    alert_id = press(live)
    assert is_silent(live, alert_id)
    desk.clock.turn(SECOND)
    assert press(live) == alert_id
    assert not is_silent(live, alert_id)
    assert live.only().count == 2


def test_a_second_press_in_the_window_postpones_nothing(desk: RegistryDesk, live: Escalating, tech: TestClient) -> None:
    opened(desk, tech)
    alert_id = press(live)
    live.pass_time(59)
    assert press(live) == alert_id
    assert is_silent(live, alert_id)
    live.pass_time(1)
    assert not is_silent(live, alert_id)


def test_a_press_that_the_technician_has_not_seen_is_not_closed_with_theirs(
    desk: RegistryDesk, live: Escalating, tech: TestClient
) -> None:
    opened(desk, tech)
    alert_id = press(live)
    desk.clock.turn(20 * SECOND)
    assert press(live, transmitter="pendant") == alert_id
    unseen = tech.post(f"/alerts/{alert_id}/confirm-test")
    assert (unseen.status_code, unseen.json()["code"]) == (409, "pressed_again")
    assert live.only().count == 2
    desk.answer(tech.post(f"/alerts/{alert_id}/confirm-test", json={"presses": 2}), 204)
    assert live.detail(alert_id).outcome == "test"


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=-400), timedelta(hours=1), timedelta(days=400)])
def test_whatever_the_clock_does_a_test_becomes_real(
    desk: RegistryDesk, live: Escalating, tech: TestClient, jump: timedelta
) -> None:
    opened(desk, tech)
    alert_id = press(live)
    desk.clock.turn(jump)
    assert not is_silent(live, alert_id)


def test_an_open_alert_is_not_made_a_test_by_a_window(desk: RegistryDesk, live: Escalating, tech: TestClient) -> None:
    alert_id = press(live)
    opened(desk, tech)
    assert press(live) == alert_id
    assert not is_silent(live, alert_id)


def test_what_stands_beside_the_device_is_not_believed_for_longer(
    desk: RegistryDesk, live: Escalating, tech: TestClient
) -> None:
    opened(desk, tech)
    with writing(desk.engine) as connection:
        connection.execute(update(devices).values(test_until=desk.clock.now() + timedelta(days=1)))
        connection.commit()
    assert not is_silent(live, press(live))


def test_bytes_that_cannot_be_read_are_never_a_test(desk: RegistryDesk, live: Escalating, tech: TestClient) -> None:
    opened(desk, tech)
    live.send(live.bytes_item("T1", b"\xff\xfe"))
    assert live.only().ring


def test_a_window_is_closed_before_its_time_and_the_next_press_is_real(
    desk: RegistryDesk, live: Escalating, tech: TestClient
) -> None:
    window_id = opened(desk, tech)
    assert [one["id"] for one in desk.answer(tech.get("/test-windows"))["items"]] == [window_id]
    first = press(live)
    desk.clock.turn(SECOND)
    desk.answer(tech.delete(f"/test-windows/{window_id}"), 204)
    assert desk.answer(tech.get("/test-windows"))["items"] == []
    assert press(live) == first
    assert not is_silent(live, first)
    assert [entry["kind"] for entry in desk.history("/devices/T1")][:2] == ["test_ended", "test_opened"]


def test_only_who_opened_it_may_confirm_and_what_somebody_took_is_theirs(
    desk: RegistryDesk, live: Escalating, tech: TestClient
) -> None:
    opened(desk, tech)
    alert_id = press(live)
    other = desk.http.post(f"/alerts/{alert_id}/confirm-test")
    assert (other.status_code, other.json()["code"]) == (409, "not_yours")
    assert desk.of(StaffRole.OPERATOR).post(f"/alerts/{alert_id}/confirm-test").status_code == 403
    live.do(Verb.ACCEPT, alert_id)
    taken = tech.post(f"/alerts/{alert_id}/confirm-test")
    assert (taken.status_code, taken.json()["code"]) == (409, "taken")
    live.pass_time(60)
    assert live.detail(alert_id).flags == []


def test_no_window_is_longer_than_thirty_minutes_and_one_device_has_one(
    desk: RegistryDesk, live: Escalating, tech: TestClient
) -> None:
    assert tech.post("/test-windows", json={"device_id": "T1", "minutes": 31}).status_code == 422
    assert tech.post("/test-windows", json={"device_id": "T1", "minutes": 0}).status_code == 422
    assert tech.post("/test-windows", json={"device_id": "T9", "minutes": 5}).status_code == 404
    headers = {"Idempotency-Key": "w1"}
    body = {"device_id": "T1", "minutes": 5}
    first = desk.answer(tech.post("/test-windows", json=body, headers=headers), 201)
    desk.clock.turn(MINUTE)
    assert desk.answer(tech.post("/test-windows", json=body, headers=headers), 201) == first
    other = desk.http.post("/test-windows", json=body)
    assert (other.status_code, other.json()["code"]) == (409, "window_open")
    second = desk.answer(tech.post("/test-windows", json=body), 201)
    with reading(desk.engine) as connection:
        kept = connection.execute(select(windows.c.id, windows.c.ended_at).order_by(windows.c.opened_at)).all()
    assert [(row.id, row.ended_at is None) for row in kept] == [(first["id"], False), (second["id"], True)]
    assert second["until"] == format_time(desk.clock.now() + 5 * MINUTE)


def test_a_test_is_in_no_figure(desk: RegistryDesk, live: Escalating, tech: TestClient) -> None:
    from backend.adapters.db.kpi_reading import HandledSqlReader

    opened(desk, tech)
    alert_id = press(live)
    desk.answer(tech.post(f"/alerts/{alert_id}/confirm-test"), 204)
    begin, end = desk.clock.now() - MINUTE, desk.clock.now() + MINUTE
    assert list(HandledSqlReader(desk.engine).handled(begin, end, 10)) == []
