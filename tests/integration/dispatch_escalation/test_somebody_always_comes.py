"""Who is told when, with the shipped policies and a clock turned by hand: it finds a person, or says it did not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, update

from backend.adapters.db.engine import writing
from backend.adapters.db.escalation import runs
from backend.domain.alert.lifecycle import Verb
from backend.domain.alert.model import Actor, ActorKind, Entry, EntryKind
from backend.domain.escalation.targets import DutyRole, Level, Reach, RecipientKind, Target, TargetKind
from backend.services.escalation.ports import Scene
from backend.services.notices.ports import NewNotice, NoticeKind
from contract.vocabulary import Severity
from tests.fakes.cover import person
from tests.harness.alarm import LI
from tests.harness.escalating import CHEN, Escalating

MANAGER = (TargetKind.ON_DUTY, Level.DISTRICT)


def test_second_centre_is_called_when_first_is_silent(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.pass_time(29)
    assert desk.desks(alert_id) == {"centre"}
    desk.pass_time(2)
    assert desk.desks(alert_id) == {"centre", "sibling", "town"}
    assert desk.only().ring_seq == 2
    desk.do(Verb.ACCEPT, alert_id, LI)
    desk.pass_time(120)
    assert desk.desks(alert_id) == {"centre", "sibling", "town"}
    assert desk.run(alert_id)["state"] == "rested"


def test_an_accepted_alert_tells_nobody_else(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.do(Verb.ACCEPT, alert_id)
    desk.pass_time(200)
    assert desk.told(alert_id) == []
    assert desk.desks(alert_id) == set()


def test_an_empty_centre_is_skipped_at_once_and_the_timeline_says_so(desk: Escalating) -> None:
    desk.cover.desks[Level.CENTRE] = ("centre", False)
    alert_id = desk.pressed()
    desk.tick()
    assert desk.desks(alert_id) == {"centre", "sibling", "town"}
    kinds = desk.kinds(alert_id)
    assert kinds.index("step_skipped") < kinds.index("escalated")
    skipped = next(e for e in desk.detail(alert_id).timeline if e.kind == "step_skipped")
    assert skipped.detail["nobody"][0] == {"target": "desk", "level": "centre", "reason": "nobody_on_duty"}


def test_nobody_on_duty_is_an_emergency_at_the_district_desk(desk: Escalating) -> None:
    for level in Level:
        desk.cover.desks[level] = (str(level), False)
    desk.cover.people[MANAGER] = [person("周主任", DutyRole.MANAGER)]
    alert_id = desk.pressed(type="care.leak.detected")
    desk.tick()
    assert "nobody_on_duty" in desk.kinds(alert_id)
    assert "district" in desk.desks(alert_id)
    assert desk.only().severity is Severity.EMERGENCY
    assert desk.told(alert_id, "desk_trouble") == ["周主任"]
    before = desk.only().ring_seq
    desk.pass_time(121)
    assert desk.only().ring_seq > before


def test_nobody_reached_is_an_emergency_and_the_district_rings_again_and_again(desk: Escalating) -> None:
    alert_id = desk.pressed(type="care.leak.detected")
    desk.pass_time(120 + 60)
    assert "nobody_reached" in desk.kinds(alert_id)
    assert desk.only().severity is Severity.EMERGENCY
    rung = desk.only().ring_seq
    for _ in range(5):
        desk.pass_time(120)
        assert desk.only().ring_seq == rung + 1
        rung += 1
    assert desk.kinds(alert_id).count("nobody_reached") == 1
    assert desk.run(alert_id)["due_at"] is not None


def test_all_channels_dead_is_an_emergency_at_once(desk: Escalating) -> None:
    desk.cover.desks = {level: (name, False) for level, (name, _) in desk.cover.desks.items()}
    desk.cover.people[(TargetKind.ON_DUTY, Level.CENTRE)] = [person("小王", DutyRole.OPERATOR)]
    alert_id = desk.pressed()
    desk.tick()
    assert desk.told(alert_id) == ["小王"]
    desk.settle(alert_id, "failed")
    desk.tick()
    assert "all_channels_failed" in desk.kinds(alert_id)
    assert "district" in desk.desks(alert_id)
    assert desk.run(alert_id)["trouble"] == "all_channels_failed"


def test_who_passes_is_not_waited_for(desk: Escalating) -> None:
    desk.cover.desks = {level: (name, False) for level, (name, _) in desk.cover.desks.items()}
    desk.cover.people[(TargetKind.ON_DUTY, Level.CENTRE)] = [person("小王", DutyRole.OPERATOR)]
    desk.cover.people[(TargetKind.ON_DUTY, Level.PARENT)] = [person("小李", DutyRole.OPERATOR)]
    alert_id = desk.pressed()
    desk.pass_time(4)
    assert desk.told(alert_id) == ["小王"]
    desk.settle(alert_id, "passed", "小王")
    desk.pass_time(1)
    assert desk.told(alert_id) == ["小王", "小李"]


def test_who_asks_for_a_moment_gets_it_and_then_it_goes_on(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.tick()
    with desk.store.begin() as tx:
        alert = tx.alert(alert_id)
        assert alert is not None
        tx.hold_run(alert.id, desk.clock.now() + timedelta(seconds=100))
        tx.wake_run(alert.id, desk.clock.now())
        tx.commit()
    desk.pass_time(99)
    assert desk.desks(alert_id) == {"centre"}
    desk.pass_time(1)
    assert "town" in desk.desks(alert_id)
    assert "resumed" in desk.kinds(alert_id)


def test_it_goes_on_when_the_lease_runs_out_and_the_holder_stays(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.do(Verb.ACCEPT, alert_id)
    desk.pass_time(299)
    assert desk.desks(alert_id) == set()
    desk.pass_time(2)
    assert desk.desks(alert_id) == {"centre"}
    assert desk.only().holder is not None
    desk.pass_time(30)
    assert desk.desks(alert_id) == {"centre", "sibling", "town"}


def test_two_of_two_acceptances_are_needed_where_the_policy_says_so(desk: Escalating) -> None:
    desk.cover.risk = "high"
    desk.cover.people[(TargetKind.RESPONDERS, Level.CENTRE)] = [person("陈师傅")]
    alert_id = desk.pressed()
    desk.tick()
    assert desk.told(alert_id) == ["陈师傅"]
    desk.do(Verb.ACCEPT, alert_id)
    desk.tick()
    assert desk.run(alert_id)["state"] == "running"
    desk.accept_by_link(alert_id)
    desk.tick()
    assert desk.run(alert_id)["state"] == "rested"
    assert desk.desks(alert_id) == {"centre"}


def test_a_responder_alone_does_not_silence_the_desks_where_an_operator_is_needed(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.tick()
    desk.accept_by_link(alert_id)
    desk.pass_time(31)
    assert "town" in desk.desks(alert_id)
    assert desk.only().waiting
    assert desk.only().responder == CHEN.name


def test_an_alert_keeps_the_policy_that_was_in_force_when_it_was_raised(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.folder.texts = {
        "sos.toml": 'id = "sos"\ntitle = { zh-CN = "新", en = "New" }\n[needs]\noperator = 1\n'
        '[[steps]]\nafter_seconds = 0\nnotify = [{ target = "desk", level = "district" }]\n'
    }
    desk.clock.turn(timedelta(milliseconds=10))
    desk.load()
    desk.tick()
    assert desk.desks(alert_id) == {"centre"}
    later = desk.pressed("T2")
    desk.tick()
    assert desk.desks(later) == {"district"}


def test_a_policy_that_cannot_be_used_leaves_the_old_one_in_force(desk: Escalating) -> None:
    desk.folder.texts = {"sos.toml": "id = 'sos'"}
    desk.load()
    assert desk.load.refused is not None
    assert "sos.toml" in desk.load.refused
    alert_id = desk.pressed()
    desk.tick()
    assert desk.run(alert_id)["policy"] == "sos"


def test_everyone_who_was_alarmed_learns_how_it_ended_and_grave_news_by_voice_only(desk: Escalating) -> None:
    desk.cover.people[(TargetKind.CONTACTS, Level.CENTRE)] = [person("女儿")]
    for number, (outcome, voice_only) in enumerate((("helped_by_phone", False), ("ambulance", True))):
        alert_id = desk.pressed(f"T{number}")
        desk.pass_time(61)
        assert "女儿" in desk.told(alert_id)
        desk.settle(alert_id, "delivered")
        desk.do(Verb.ACCEPT, alert_id)
        desk.do(Verb.CLOSE, alert_id, outcome=outcome, seen_by="王丽")
        desk.tick()
        ended = [notice for notice in desk.notices(alert_id) if notice["kind"] == "ended"]
        assert [notice["recipient_name"] for notice in ended] == ["女儿"]
        assert ended[0]["voice_only"] is voice_only
        assert ("outcome" in ended[0]["facts"]) is not voice_only
        assert desk.run(alert_id)["state"] == "ended"
        assert desk.run(alert_id)["due_at"] is None


def test_a_service_press_is_a_work_order_and_three_within_two_minutes_reach_an_operator(desk: Escalating) -> None:
    alert_id = desk.pressed(type="care.service.pressed")
    desk.pass_time(30)
    assert desk.orders.made == [alert_id]
    assert desk.desks(alert_id) == set()
    desk.again(type="care.service.pressed")
    desk.pass_time(10)
    assert desk.only().severity is Severity.ADVISORY
    desk.again(type="care.service.pressed")
    desk.tick()
    assert desk.only().severity is Severity.URGENT
    assert desk.desks(alert_id) == {"centre"}
    assert desk.run(alert_id)["policy"] == "urgent"


def test_a_service_press_after_hours_reaches_an_operator(desk: Escalating) -> None:
    desk.cover.is_open = False
    alert_id = desk.pressed(type="care.service.pressed")
    desk.tick()
    assert desk.desks(alert_id) == {"centre", "town"}


def test_a_family_key_that_nobody_answers_reaches_an_operator(desk: Escalating) -> None:
    desk.cover.people[(TargetKind.CONTACTS, Level.CENTRE)] = [person("儿子"), person("女儿")]
    alert_id = desk.pressed(type="care.family.pressed")
    desk.tick()
    assert sorted(desk.told(alert_id)) == ["儿子", "女儿"]
    assert desk.desks(alert_id) == set()
    desk.pass_time(61)
    assert desk.desks(alert_id) == {"centre"}


def test_a_family_member_who_takes_it_is_enough(desk: Escalating) -> None:
    desk.cover.people[(TargetKind.CONTACTS, Level.CENTRE)] = [person("儿子")]
    alert_id = desk.pressed(type="care.family.pressed")
    desk.tick()
    desk.accept_by_link(alert_id, Actor(ActorKind.RESPONDER, "p-儿子", "儿子"))
    desk.pass_time(200)
    assert desk.desks(alert_id) == set()


@pytest.mark.parametrize("severity_type", ["care.battery.low", "care.tamper.detected"])
def test_a_technical_matter_waits_for_the_day(desk: Escalating, severity_type: str) -> None:
    alert_id = desk.pressed(type=severity_type)
    desk.pass_time(300)
    assert desk.told(alert_id) == []
    assert desk.run(alert_id)["due_at"] is None


def test_a_worker_that_was_away_fires_at_once_what_is_due(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.clock.turn(timedelta(minutes=10))
    desk.tick()
    assert {"centre", "sibling", "town", "district"} <= desk.desks(alert_id)
    assert "nobody_reached" in desk.kinds(alert_id)
    assert desk.kinds(alert_id).count("nobody_reached") == 1


def test_a_typing_error_at_the_start_keeps_nobody_from_coming(database: Engine) -> None:
    before = Escalating(database)
    restarted = Escalating(database, before.cover, clock=before.clock, texts={"sos.toml": "id = "})
    assert restarted.load.refused is not None
    alert_id = restarted.pressed()
    restarted.tick()
    assert restarted.run(alert_id)["policy"] == "sos"


def test_without_any_policy_file_the_built_in_one_serves(database: Engine) -> None:
    desk = Escalating(database, texts={})
    alert_id = desk.pressed()
    desk.tick()
    assert desk.desks(alert_id) == {"centre"}
    desk.pass_time(60)
    assert desk.desks(alert_id) == {"centre", "sibling", "town"}


def test_who_withdraws_has_not_accepted_any_more(desk: Escalating) -> None:
    desk.cover.risk = "high"
    desk.cover.people[(TargetKind.RESPONDERS, Level.PARENT)] = [person("李师傅")]
    alert_id = desk.pressed()
    desk.do(Verb.ACCEPT, alert_id)
    desk.accept_by_link(alert_id)
    desk.pass_time(60)
    assert desk.run(alert_id)["state"] == "rested"
    with desk.store.begin() as tx:
        alert = tx.alert(alert_id)
        assert alert is not None
        now = desk.clock.now()
        tx.add_entries(alert.id, [Entry(EntryKind.NOTICE_PASSED, CHEN, now, "link", "withdrew")])
        tx.wake_run(alert.id, now)
        tx.commit()
    desk.pass_time(45)
    assert "李师傅" in desk.told(alert_id)


def test_one_alert_that_breaks_escalation_holds_up_no_other_and_is_shown_to_the_district(desk: Escalating) -> None:
    broken = desk.pressed("T1")
    sound = type(desk.cover).reach

    def reach(target: Target, scene: Scene, at: datetime) -> Reach:
        if scene.alert_id == broken:
            raise RuntimeError("something nobody has thought of")
        return sound(desk.cover, target, scene, at)

    desk.cover.reach = reach  # type: ignore[method-assign]
    other = desk.pressed("T2")
    desk.tick()
    assert desk.desks(other) == {"centre"}
    assert desk.desks(broken) == {"district"}
    assert desk.kinds(broken) == ["raised", "audited"]
    desk.cover.reach = sound.__get__(desk.cover)  # type: ignore[method-assign]
    desk.pass_time(10)
    assert desk.desks(broken) == {"district", "centre"}


def test_who_was_sent_by_hand_is_called_although_an_operator_has_it(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.tick()
    desk.do(Verb.ACCEPT, alert_id)
    now = desk.clock.now()
    with desk.runs.begin() as tx:
        by_hand = NewNotice(
            id="n1",
            kind=NoticeKind.CALL_OUT,
            severity=Severity.EMERGENCY,
            recipient_kind=RecipientKind.PERSON,
            recipient_id="p1",
            recipient_name="陈师傅",
            created_at=now,
            deadline_at=now + timedelta(minutes=30),
            contact_points=("cp1",),
            role=DutyRole.RESPONDER,
            alert_id=alert_id,
            step=1000,
        )
        tx.notices.put([by_hand], now)
        tx.commit()
    desk.do(Verb.NOTE, alert_id, text="已派人")
    desk.pass_time(5)
    assert [(notice["id"], notice["state"]) for notice in desk.notices(alert_id)] == [("n1", "pending")]
    desk.do(Verb.CLOSE, alert_id, outcome="helped_by_phone")
    desk.tick()
    assert desk.notices(alert_id)[0]["state"] == "cancelled"


def test_the_last_resort_is_heard_although_an_operator_has_it_and_nobody_goes(desk: Escalating) -> None:
    desk.cover.risk = "high"
    alert_id = desk.pressed()
    desk.do(Verb.ACCEPT, alert_id)
    desk.pass_time(240)
    assert "nobody_reached" in desk.kinds(alert_id) or "nobody_on_duty" in desk.kinds(alert_id)
    before = desk.only().ring_seq
    desk.cover.people[(TargetKind.RESPONDERS, Level.DISTRICT)] = [person("救援队")]
    desk.pass_time(125)
    assert desk.only().ring_seq > before
    assert "救援队" in desk.told(alert_id)
    assert desk.only().waiting


def test_a_number_that_is_dead_takes_no_alert_from_who_has_it(desk: Escalating) -> None:
    desk.cover.people[(TargetKind.ON_DUTY, Level.CENTRE)] = [
        person("小王", DutyRole.OPERATOR),
        person("小李", DutyRole.OPERATOR),
    ]
    alert_id = desk.pressed()
    desk.tick()
    desk.settle(alert_id, "failed", "小王")
    desk.do(Verb.ACCEPT, alert_id)
    desk.tick()
    desk.do(Verb.NOTE, alert_id, text="正在通话")
    desk.pass_time(5)
    assert "all_channels_failed" not in desk.kinds(alert_id)
    assert not desk.only().waiting


def test_who_asks_for_a_moment_and_then_passes_is_not_waited_for(desk: Escalating) -> None:
    desk.cover.desks = {level: (name, False) for level, (name, _) in desk.cover.desks.items()}
    desk.cover.people[(TargetKind.ON_DUTY, Level.CENTRE)] = [person("小王", DutyRole.OPERATOR)]
    desk.cover.people[(TargetKind.ON_DUTY, Level.PARENT)] = [person("小李", DutyRole.OPERATOR)]
    alert_id = desk.pressed()
    desk.tick()
    with desk.store.begin() as tx:
        alert = tx.alert(alert_id)
        assert alert is not None
        tx.hold_run(alert.id, desk.clock.now() + timedelta(seconds=120))
        tx.commit()
    desk.settle(alert_id, "passed", "小王")
    desk.pass_time(5)
    assert "小李" in desk.told(alert_id)


def test_a_responders_step_does_not_answer_for_a_silent_operator(desk: Escalating) -> None:
    alert_id = desk.pressed()
    desk.do(Verb.ACCEPT, alert_id)
    desk.pass_time(301)
    assert desk.only().waiting
    desk.accept_by_link(alert_id)
    desk.tick()
    assert desk.only().waiting
    desk.do(Verb.ACCEPT, alert_id)
    assert not desk.only().waiting


def test_a_book_that_this_version_cannot_read_leaves_the_built_in_policy(desk: Escalating) -> None:
    alert_id = desk.pressed()
    with desk.runs.begin() as tx:
        tx.put_book("f" * 64, '[{"id": "from the future"}]', desk.clock.now())
        tx.commit()
    with writing(desk.engine) as connection:
        connection.execute(update(runs).where(runs.c.alert_id == alert_id).values(book="f" * 64))
        connection.commit()
    desk.tick()
    assert desk.run(alert_id)["policy"] == "built_in"
    assert desk.desks(alert_id) == {"centre"}


def test_what_was_there_before_is_said_on_both_databases(desk: Escalating) -> None:
    alert_id, now = desk.pressed(), desk.clock.now()
    with desk.runs.begin() as tx:
        assert [tx.offer(alert_id, "district", "test", now) for _ in range(2)] == [True, False]
        assert [tx.open_review(alert_id, "deviated", now) for _ in range(2)] == [True, False]
        assert [tx.mark_done("op1", "k", "f", now) for _ in range(2)] == [True, False]
