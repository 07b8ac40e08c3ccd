"""Two operators take the same alert: the first has it, the second sees who and since when."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from contract.times import parse_time
from tests.harness.clock import wait_until
from tests.harness.desk import Desk
from tests.harness.terminal import Terminal

pytestmark = pytest.mark.broker


def test_the_second_is_told_who_has_it_and_since_when(terminal: Terminal, desk: Desk, other_desk: Desk) -> None:
    event_id = terminal.press()
    alert_id = desk.wait_alert(terminal.device_id)["id"]
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda who: (who, who.act(alert_id, "accept")), (desk, other_desk)))
    (winner,) = [who for who, answer in answers if answer.status_code == 200]
    (refusal,) = [answer for _, answer in answers if answer.status_code != 200]
    assert refusal.status_code == 409
    assert refusal.headers["content-type"].startswith("application/problem+json")
    problem = refusal.json()
    assert problem["code"] == "already_accepted"
    assert problem["holder"] == {"id": winner.staff["id"], "name": winner.staff["name"]}
    assert parse_time(problem["since"]) is not None

    terminal.wait_answer(event_id, "accepted")
    detail = desk.alert(alert_id)
    assert detail["holder"]["id"] == winner.staff["id"]
    assert [entry["kind"] for entry in detail["timeline"]].count("accepted") == 1


def test_the_same_click_twice_is_one_acceptance(terminal: Terminal, desk: Desk) -> None:
    terminal.press()
    alert_id = desk.wait_alert(terminal.device_id)["id"]
    first = desk.act(alert_id, "accept", key=f"click-{alert_id}")
    second = desk.act(alert_id, "accept", key=f"click-{alert_id}")
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json()["version"] == first.json()["version"]


def test_both_desks_see_who_has_it(terminal: Terminal, desk: Desk, other_desk: Desk) -> None:
    stream = other_desk.stream()
    terminal.press()
    alert_id = stream.wait_alert(terminal.device_id).data["id"]
    desk.do(alert_id, "accept")
    wait_until(
        lambda: any(
            (s.data["holder"] or {}).get("name") == desk.staff["name"] for s in stream.alerts(terminal.device_id)
        ),
        "the other desk sees the holder",
    )
