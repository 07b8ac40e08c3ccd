"""A second policy calls those whom the first one called, and several who ask for a moment get no more than one."""

from __future__ import annotations

from datetime import timedelta

from backend.domain.alert.model import Actor, ActorKind, Entry, EntryKind
from backend.domain.escalation.targets import DutyRole, Level, TargetKind
from contract.vocabulary import Severity
from tests.fakes.cover import person
from tests.harness.escalating import Escalating

SERVICE = "care.service.pressed"
ASKED_BEFORE = """
id = "service"
title = { zh-CN = "服务", en = "Service" }
priority = 50
[match]
types = ["care.service.pressed"]
severities = ["advisory"]
[needs]
anyone = 1
[[steps]]
after_seconds = 0
notify = [{ target = "on_duty", level = "centre" }]
"""


def test_who_was_told_of_the_service_press_is_told_again_when_it_is_pressed_three_times(desk: Escalating) -> None:
    desk.folder.texts["service_asks.toml"] = ASKED_BEFORE
    desk.load()
    desk.clock.turn(timedelta(seconds=1))
    desk.cover.people[(TargetKind.ON_DUTY, Level.CENTRE)] = [person("小王", DutyRole.OPERATOR)]
    alert_id = desk.pressed(type=SERVICE)
    desk.tick()
    assert desk.told(alert_id) == ["小王"]
    desk.settle(alert_id, "passed", "小王")
    for _ in range(2):
        desk.again(type=SERVICE)
    desk.tick()
    assert desk.only().severity is Severity.URGENT
    assert desk.told(alert_id) == ["小王", "小王"]
    # What became of the first policy's notice says nothing about the second one's.
    assert {notice["state"] for notice in desk.notices(alert_id)} == {"passed", "pending"}
    asked = desk.run(alert_id)["asked"]
    desk.pass_time(3)
    assert desk.run(alert_id)["asked"] == asked


def test_several_who_ask_for_a_moment_one_after_another_hold_up_nobody_for_longer_than_one(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.tick()
    for number in range(4):
        now = desk.clock.now()
        with desk.store.begin() as tx:
            alert = tx.alert(alert_id)
            assert alert is not None
            tx.hold_run(alert.id, now + timedelta(seconds=120))
            who = Actor(ActorKind.RESPONDER, f"p{number}", f"第{number}人")
            tx.add_entries(alert.id, [Entry(EntryKind.HELD, who, now, "link")])
            tx.commit()
        desk.pass_time(39)
    assert "town" in desk.desks(alert_id)


ONLY_INFORMED = """
id = "informed"
title = { zh-CN = "告知", en = "Informed" }
priority = 50
[match]
types = ["care.service.pressed"]
[needs]
[[steps]]
after_seconds = 0
notify = [{ target = "responders", level = "centre" }]
"""


def test_who_is_only_to_be_informed_is_informed(desk: Escalating) -> None:
    """Nobody has to accept, so the run rests at once: what it has put is not taken back for that."""
    desk.folder.texts["informed.toml"] = ONLY_INFORMED
    desk.load()
    desk.clock.turn(timedelta(seconds=1))
    desk.cover.people[(TargetKind.RESPONDERS, Level.CENTRE)] = [person("小李")]
    alert_id = desk.pressed(type=SERVICE)
    desk.pass_time(3)
    assert desk.run(alert_id)["state"] == "rested"
    assert [(notice["recipient_name"], notice["state"]) for notice in desk.notices(alert_id)] == [("小李", "pending")]
