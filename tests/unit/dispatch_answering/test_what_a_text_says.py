"""People write replies with their thumbs: what is clear is understood, what is not is left to a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.answering.model import Step, StepKind
from backend.domain.answering.reply import Reply, read
from backend.services.telephony.numbers import normal_or_as_is


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 4821", Reply("4821", Step(StepKind.ACCEPT))),
        ("  1　4821 。", Reply("4821", Step(StepKind.ACCEPT))),
        ("１，４８２１", Reply("4821", Step(StepKind.ACCEPT))),
        ("2-4821", Reply("4821", Step(StepKind.PASS))),
        ("3 4821", Reply("4821", Step(StepKind.HOLD))),
        ("4 4821 15", Reply("4821", Step(StepKind.EN_ROUTE, minutes=15))),
        ("4 4821 15分钟", Reply("4821", Step(StepKind.EN_ROUTE, minutes=15))),
        ("5 482193", Reply("482193", Step(StepKind.ARRIVED))),
        ("6 4821", Reply("4821", Step(StepKind.DONE, outcome="by_message"))),
        ("6 4821 送到医院", Reply("4821", Step(StepKind.DONE, outcome="by_message", note="送到医院"))),
        ("9 4821", Reply("4821", Step(StepKind.PANIC))),
    ],
)
def test_what_is_clear_is_understood(text: str, said: Reply) -> None:
    assert read(text) == said


@pytest.mark.parametrize(
    "text", ["", "1", "4821", "14821", "好的", "1 48", "1 48219321", "7 4821", "4 4821", "4 4821 soon", "yes 1 4821"]
)
def test_what_is_not_is_left_to_a_person(text: str) -> None:
    """A code that is missing, minutes that are missing: guessing would end a search for somebody who goes."""
    assert read(text) is None


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    reply = read(text)
    assert reply is None or reply.code.isdecimal()


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("13800000001", "+8613800000001"),
        ("+86 138 0000 0001", "+8613800000001"),
        ("8613800000001", "+8613800000001"),
        ("008613800000001", "+8613800000001"),
        ("ZhangSan", "ZhangSan"),
        ("", ""),
    ],
)
def test_a_number_has_one_form(raw: str, number: str) -> None:
    assert normal_or_as_is(raw) == number
