"""Two calls or a minute without voice send the key holder at once; 120 beside them when it looks grave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from backend.domain.alert.lifecycle import Verb
from backend.domain.escalation.targets import Level, Reach, Target, TargetKind
from backend.domain.script.model import CallResult, CallTarget, Silence
from backend.domain.script.voice import Cause
from backend.services.escalation.ports import Scene
from backend.services.script.ports import Watch
from tests.fakes.cover import FakeCover, person
from tests.harness.scripted import Scripted


@dataclass
class Breaking(FakeCover):
    """Raises for one alert."""

    broken: str = ""

    def reach(self, target: Target, scene: Scene, at: datetime) -> Reach:
        if scene.alert_id == self.broken:
            raise RuntimeError("broken")
        return super().reach(target, scene, at)


def watch(scripted: Scripted, alert_id: str) -> Watch:
    found = scripted.script(alert_id).record.watch
    assert found is not None
    return found


def missing(scripted: Scripted, alert_id: str) -> list[str]:
    return [view.step.id for view in scripted.script(alert_id).steps if view.missing]


def test_two_silent_calls_send_the_key_holder_at_once(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    scripted.call(alert_id, result=CallResult.NO_ANSWER)
    assert scripted.sent(alert_id) == []
    scripted.call(alert_id, CallTarget.RESIDENT, CallResult.VOICEMAIL, to_id=None, number="0580-2030000")
    assert scripted.sent(alert_id) == ["邻居阿芳"]
    said = next(entry for entry in scripted.detail(alert_id).timeline if entry.kind == "no_voice")
    assert (said.reason, said.detail["sent"]["name"]) == ("two_calls", "邻居阿芳")
    scripted.pass_time(120)
    assert scripted.sent(alert_id) == ["邻居阿芳"]
    assert missing(scripted, alert_id) == ["speak"]


def test_a_minute_since_the_first_call_sends_them(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    scripted.call(alert_id)
    scripted.pass_time(30)
    scripted.call(alert_id)
    scripted.pass_time(29)
    assert scripted.sent(alert_id) == []
    scripted.pass_time(1)
    assert scripted.sent(alert_id) == ["邻居阿芳"]
    assert watch(scripted, alert_id).cause is Cause.SIXTY_SECONDS
    scripted.pass_time(60)
    assert scripted.kinds(alert_id).count("no_voice") == 1


@pytest.mark.parametrize("heard", ["call", "step"])
def test_a_voice_ends_the_watch(scripted: Scripted, heard: str) -> None:
    alert_id = scripted.pressed()
    scripted.call(alert_id)
    scripted.clock.turn(timedelta(seconds=20))
    if heard == "call":
        scripted.call(alert_id, result=CallResult.SPOKEN)
    else:
        scripted.tick_off(alert_id, "speak")
    scripted.pass_time(120)
    assert scripted.sent(alert_id) == []
    assert watch(scripted, alert_id).over
    detail = scripted.detail(alert_id)
    assert detail.first_voice_at is not None
    assert detail.accepted_at is not None
    assert detail.first_voice_at - detail.accepted_at == timedelta(seconds=20)


def test_calls_before_the_acceptance_count_after_it(scripted: Scripted) -> None:
    scripted.pressed("T1")
    scripted.enrol("T2")
    alert_id = scripted.press("T2").outcomes[0].alert_id
    assert alert_id is not None
    scripted.call(alert_id, result=CallResult.NO_ANSWER)
    scripted.call(alert_id, result=CallResult.BUSY)
    scripted.pass_time(90)
    assert scripted.sent(alert_id) == []
    scripted.do(Verb.ACCEPT, alert_id)
    scripted.tick()
    assert scripted.sent(alert_id) == ["邻居阿芳"]


@pytest.mark.parametrize("who", [{"hearing": "none"}, {"speech": "none"}])
def test_who_cannot_hear_or_speak_is_visited_at_once(scripted: Scripted, who: dict[str, str]) -> None:
    alert_id = scripted.pressed(**who)
    scripted.tick()
    assert scripted.sent(alert_id) == ["邻居阿芳"]
    assert watch(scripted, alert_id).cause is Cause.CANNOT_SPEAK
    steps = {view.step.id: view for view in scripted.script(alert_id).steps}
    assert str(steps["speak"].need) == "no"
    assert missing(scripted, alert_id) == ["visit"]


def test_somebody_there_is_not_waited_for(scripted: Scripted) -> None:
    alert_id = scripted.pressed(hearing="none")
    scripted.do(Verb.ARRIVED, alert_id)
    scripted.tick()
    assert scripted.sent(alert_id) == []


@pytest.mark.parametrize("why", ["risk", "sensor", "nobody"])
def test_120_is_needed_beside_them_when_it_is_grave(scripted: Scripted, why: str) -> None:
    alert_id = scripted.pressed(**({"risk": "high"} if why == "risk" else {}))
    if why == "sensor":
        scripted.press("T1", type="care.smoke.detected")
    if why == "nobody":
        scripted.cover.people = {}
    for _ in range(2):
        scripted.call(alert_id, result=CallResult.NO_ANSWER)
    assert watch(scripted, alert_id).silence is Silence.GRAVE
    assert missing(scripted, alert_id) == ["speak", "call_120_silent"]
    scripted.call(alert_id, CallTarget.EMERGENCY_SERVICE, CallResult.SPOKEN, number="120")
    assert missing(scripted, alert_id) == ["speak"]


def test_where_nobody_can_be_sent_the_desk_rings(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    scripted.cover.people = {}
    before = scripted.detail(alert_id).ring_seq
    for _ in range(2):
        scripted.call(alert_id, result=CallResult.NO_ANSWER)
    detail = scripted.detail(alert_id)
    assert detail.ring_seq == before + 1
    assert detail.waiting
    assert [entry.reason for entry in detail.timeline if entry.kind == "nobody_reached"] == ["no_key_holder"]


def test_without_a_key_holder_the_nearest_responder_goes(scripted: Scripted) -> None:
    alert_id = scripted.pressed()
    scripted.cover.people = {(TargetKind.RESPONDERS, Level.CENTRE): [person("陈师傅"), person("林师傅")]}
    for _ in range(2):
        scripted.call(alert_id, result=CallResult.NO_ANSWER)
    assert scripted.sent(alert_id) == ["陈师傅"]


def test_the_family_key_and_technical_matters_wait_for_no_voice(scripted: Scripted) -> None:
    family = scripted.pressed("T1", "care.family.pressed", hearing="none")
    battery = scripted.pressed("T2", "care.battery.low", hearing="none")
    scripted.pass_time(120)
    assert scripted.sent(family) == scripted.sent(battery) == []


def test_one_alert_that_breaks_holds_up_no_other(scripted: Scripted) -> None:
    broken, whole = scripted.pressed("T1", hearing="none"), scripted.pressed("T2", hearing="none")
    good = scripted.cover
    scripted.cover = Breaking(good.desks, good.people, broken=broken)
    with pytest.raises(RuntimeError):
        scripted.tick()
    assert (scripted.sent(broken), scripted.sent(whole)) == ([], ["邻居阿芳"])
    scripted.cover = good
    scripted.tick()
    assert scripted.sent(broken) == ["邻居阿芳"]
