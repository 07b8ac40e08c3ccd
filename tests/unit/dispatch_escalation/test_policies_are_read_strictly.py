"""Policy files: what is shipped can be used, and what cannot says where, what is wrong and what to do."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from backend.domain.escalation.policy import BUILT_IN, NOT_ESCALATED, Situation, choose
from backend.services.escalation.read_book import BookRefused, policies_of, read_book
from contract.vocabulary import EVENT_TYPES, Severity

SHIPPED = {path.name: path.read_text(encoding="utf-8") for path in Path("config/escalation").glob("*.toml")}
GOOD = """
id = "p"
title = { zh-CN = "甲", en = "A" }
[needs]
operator = 1
[[steps]]
after_seconds = 0
notify = [{ target = "desk" }]
"""


def situation(type_: str, severity: Severity, *, is_open: bool = True, risk: str = "normal") -> Situation:
    return Situation(type_, severity, time(10), is_open, risk)


def test_every_alarm_that_people_answer_has_a_shipped_policy_in_every_situation() -> None:
    policies = read_book(SHIPPED).policies
    for kind in EVENT_TYPES.values():
        for is_open in (True, False):
            for risk in ("normal", "high"):
                if kind.severity in (None, Severity.TECHNICAL):
                    continue
                chosen = choose(policies, situation(kind.name, kind.severity, is_open=is_open, risk=risk))
                assert chosen is not BUILT_IN, kind.name


@pytest.mark.parametrize(
    ("type_", "severity", "is_open", "risk", "policy"),
    [
        ("care.sos.pressed", Severity.EMERGENCY, True, "normal", "sos"),
        ("care.sos.pressed", Severity.EMERGENCY, False, "normal", "sos_night"),
        ("care.sos.pressed", Severity.EMERGENCY, False, "high", "sos_high_risk"),
        ("care.smoke.detected", Severity.EMERGENCY, False, "high", "fire_gas"),
        ("care.service.pressed", Severity.ADVISORY, True, "normal", "service_open"),
        ("care.service.pressed", Severity.ADVISORY, False, "normal", "service_closed"),
        ("care.service.pressed", Severity.URGENT, True, "normal", "urgent"),
        ("care.family.pressed", Severity.URGENT, True, "normal", "family"),
        ("care.battery.low", Severity.TECHNICAL, True, "normal", "technical"),
    ],
)
def test_the_shipped_policies_apply_where_their_titles_say(
    type_: str, severity: Severity, is_open: bool, risk: str, policy: str
) -> None:
    chosen = choose(read_book(SHIPPED).policies, situation(type_, severity, is_open=is_open, risk=risk))
    assert chosen.id == policy


def test_without_a_file_an_alert_has_the_built_in_policy_and_a_technical_one_none() -> None:
    assert choose((), situation("care.sos.pressed", Severity.EMERGENCY)) is BUILT_IN
    assert choose((), situation("care.battery.low", Severity.TECHNICAL)) is NOT_ESCALATED


def test_a_book_can_be_read_back_from_its_body_and_its_digest_follows_its_content() -> None:
    book = read_book(SHIPPED)
    assert policies_of(book.body) == book.policies
    assert read_book(dict(reversed(SHIPPED.items()))).digest == book.digest
    assert read_book({"a.toml": GOOD}).digest != read_book({"a.toml": GOOD.replace("= 1", "= 2")}).digest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id = ", "a.toml, TOML"),
        (GOOD.replace('id = "p"', 'id = "p"\nnice = 1'), "nice"),
        (GOOD.replace("en = ", "de = "), "title"),
        (GOOD.replace("= 0", "= -1"), "after_seconds"),
        (GOOD.replace('"desk"', '"desc"'), "desc"),
        (GOOD + "\n[match]\ntypes = ['care.sos.press']", "care.sos.press"),
        (GOOD + "\n[match]\nbetween = ['22', '6h']", "match.between"),
        (GOOD + "\n[match]\nrisks = ['very']", "match.risks"),
        (GOOD.replace("after_seconds = 0", "after_seconds = 9") + GOOD[GOOD.index("[[steps]]") :], "must not go down"),
        (GOOD.replace('notify = [{ target = "desk" }]', "notify = []"), "notify"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(BookRefused) as refused:
        read_book({"a.toml": text})
    assert said in str(refused.value)
    assert "a.toml" in str(refused.value)


def test_two_files_with_one_id_are_refused() -> None:
    with pytest.raises(BookRefused, match=r"also in a\.toml"):
        read_book({"a.toml": GOOD, "b.toml": GOOD})
