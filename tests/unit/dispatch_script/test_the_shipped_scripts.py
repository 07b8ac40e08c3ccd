"""What is shipped is read, covers every alarm, and a broken file says where it is broken and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.adapters.script_files import BadScript, load_scripts, read_script
from backend.domain.script.model import Evidence, Script, StepKind
from backend.domain.script.situation import expects_voice
from contract.vocabulary import EVENT_TYPES, OUTCOME_CODES, Severity

FOLDER = Path("config/scripts")
BOOK = load_scripts(FOLDER)
SCRIPTS = {script.id: script for script in BOOK.scripts.values()}
GOOD = (FOLDER / "sos.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_every_alarm_has_its_script(kind: str) -> None:
    script = BOOK.script_for(kind)
    severity = EVENT_TYPES[kind].severity
    if severity in (Severity.EMERGENCY, Severity.URGENT):
        assert script.id != "default"
        assert any(step.mandatory and not step.when.outcomes for step in script.steps)


def test_types_that_nobody_knows_have_one_too() -> None:
    assert BOOK.script_for("care.new.thing").id == "unknown"
    assert BOOK.script_for("care.battery.low").id == "default"


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=list(SCRIPTS))
def test_every_text_is_in_both_languages(script: Script) -> None:
    for step in script.steps:
        assert any("\u4e00" <= char <= "\u9fff" for char in step.label.zh), step.id
        assert step.label.en.isascii()
        assert bool(step.hint.zh) == bool(step.hint.en)


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=list(SCRIPTS))
def test_an_outcome_that_says_spoken_leaves_no_step_standing_but_grave_silence(script: Script) -> None:
    """Closing a press by accident takes three keys at most."""
    for step in script.steps:
        if step.mandatory and not step.when.outcomes:
            assert Evidence.OUTCOME_SPOKEN in step.fulfilled_by, step.id


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [("ambulance", StepKind.CALL_120), ("fire_service", StepKind.CALL_119), ("police", StepKind.CALL_110)],
)
def test_a_service_that_was_called_in_was_called(outcome: str, kind: StepKind) -> None:
    assert outcome in OUTCOME_CODES
    for script in SCRIPTS.values():
        if script.id != "service":
            asked = [step.kind for step in script.steps if outcome in step.when.outcomes and step.mandatory]
            assert kind in asked, script.id


def test_where_somebody_has_to_speak_with_the_person() -> None:
    silent = {script.id for script in SCRIPTS.values() if not expects_voice(script)}
    assert silent == {"zone", "family", "service", "default"}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('kind = "call_terminal"', 'kind = "call_mars"', "$.steps[0].kind"),
        ("mandatory = true", "mandatroy = true", "mandatroy"),
        ('types = ["care.sos.pressed"]', 'types = ["care.sos.presed"]', "care.sos.presed"),
        ('outcomes = ["ambulance"]', 'outcomes = ["ambulanse"]', "no outcome 'ambulanse'"),
        ('id = "call_resident"', 'id = "speak"', "two have the id 'speak'"),
        ("[[steps]]", "[[steps", "sos.toml"),
        ('label = { zh = "SOS", en = "SOS" }', 'label = { zh = "SOS" }', "en"),
    ],
)
def test_a_broken_file_says_where_and_what(before: str, after: str, said: str) -> None:
    assert before in GOOD
    with pytest.raises(BadScript) as bad:
        read_script("sos.toml", GOOD.replace(before, after).encode())
    assert str(bad.value).startswith("sos.toml: ")
    assert said in str(bad.value)


def test_two_scripts_for_one_type_and_none_for_the_rest_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "b.toml").write_text(GOOD.replace('id = "sos"', 'id = "other"'), encoding="utf-8")
    with pytest.raises(BadScript) as bad:
        load_scripts(tmp_path)
    assert "a.toml, b.toml: both are for 'care.sos.pressed'" in str(bad.value)
    assert 'types = ["default"]' in str(bad.value)
