"""The no-voice rule as a decision: what it waits for, when it fires, and how grave it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.domain.alert.model import Actor, ActorKind, Alert, AlertId
from backend.domain.script.model import Call, CallResult, CallTarget, Silence
from backend.domain.script.voice import Cause, Resident, Verdict, can_speak, grade, judge
from contract.vocabulary import SOS, Handling, Severity

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
WANG = Actor(ActorKind.STAFF, "op1", "王丽")
ALERT = Alert(AlertId("a"), "T1", SOS, Severity.EMERGENCY, NOW, NOW, handling=Handling.ACCEPTED)


def call(seconds_ago: int, result: CallResult | None = None, to: CallTarget = CallTarget.TERMINAL) -> Call:
    return Call(f"c{seconds_ago}", "a", to, "+86", WANG, NOW - timedelta(seconds=seconds_ago), result=result)


SILENT = call(5, CallResult.NO_ANSWER)


@pytest.mark.parametrize(
    ("alert", "calls", "verdict"),
    [
        (replace(ALERT, handling=Handling.NEW), [SILENT, SILENT], Verdict(Cause.NOT_ACCEPTED)),
        (replace(ALERT, handling=Handling.CLOSED), [], Verdict(Cause.ENDED)),
        (replace(ALERT, handling=Handling.ARRIVED), [SILENT, SILENT], Verdict(Cause.SOMEBODY_THERE)),
        (replace(ALERT, first_voice_at=NOW), [SILENT, SILENT], Verdict(Cause.VOICE)),
        (ALERT, [], Verdict(Cause.NOT_CALLED)),
        (ALERT, [call(59)], Verdict(Cause.WAITING, NOW + timedelta(seconds=1))),
        (ALERT, [call(60)], Verdict(Cause.SIXTY_SECONDS)),
        (ALERT, [SILENT], Verdict(Cause.WAITING, NOW + timedelta(seconds=55))),
        (ALERT, [SILENT, call(9, CallResult.BUSY)], Verdict(Cause.TWO_CALLS)),
        (ALERT, [SILENT, call(9)], Verdict(Cause.WAITING, NOW + timedelta(seconds=51))),
        (ALERT, [SILENT, call(90, CallResult.SPOKEN)], Verdict(Cause.VOICE)),
        (
            ALERT,
            [call(90, CallResult.SPOKEN, CallTarget.CONTACT), call(70, None, CallTarget.CONTACT)],
            Verdict(Cause.NOT_CALLED),
        ),
    ],
)
def test_what_a_silence_asks_for(alert: Alert, calls: list[Call], verdict: Verdict) -> None:
    assert judge(alert, True, calls, True, NOW) == verdict


def test_nobody_waits_for_a_voice_that_cannot_come_or_is_not_expected() -> None:
    assert judge(ALERT, True, [], False, NOW).fires
    assert judge(ALERT, False, [call(90)], False, NOW).cause is Cause.NO_VOICE_STEP


@pytest.mark.parametrize(
    ("residents", "speaks"),
    [
        ([], True),
        ([Resident("none", "normal")], False),
        ([Resident("normal", "none")], False),
        ([Resident("impaired", "impaired")], True),
        ([Resident("none", "normal"), Resident("normal", "normal")], True),
        ([Resident("none", "normal"), Resident("normal", "none")], False),
    ],
)
def test_a_home_speaks_where_one_can_hear_and_speak(residents: list[Resident], speaks: bool) -> None:
    assert can_speak(residents) is speaks


@pytest.mark.parametrize(
    ("risk", "kind", "others", "nobody", "silence"),
    [
        (False, SOS, [], False, Silence.KEY_HOLDER),
        (True, SOS, [], False, Silence.GRAVE),
        (False, SOS, [], True, Silence.GRAVE),
        (False, SOS, ["care.leak.detected"], False, Silence.KEY_HOLDER),
        (False, SOS, ["care.gas.detected"], False, Silence.GRAVE),
        (False, "care.fall.detected", [], False, Silence.GRAVE),
    ],
)
def test_how_grave_it_is(risk: bool, kind: str, others: list[str], nobody: bool, silence: Silence) -> None:
    assert grade(risk, replace(ALERT, type=kind), others, nobody) is silence
