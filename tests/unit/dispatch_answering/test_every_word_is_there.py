"""The page speaks both languages: each code that can come up has its words, and each template finds its texts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from backend.adapters.pages import render, words
from backend.adapters.pages.render import Pages
from backend.api import answering_problems
from backend.domain.answering.model import Refusal, Why
from backend.domain.answering.safety import Hazard
from backend.services.answering.views import AnswerPage, PageAlert, PageHome, PagePerson, PagePhone, PageTaken

NOW = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
STEPS = ["accept", "pass", "hold", "en-route", "arrived", "done", "second", "forced-entry", "all-right", "panic"]
KEYS = ["key-taken", "key-returned"]


def page(state: str, **changes: object) -> AnswerPage:
    values: dict[str, object] = {
        "assignment_id": "a1",
        "state": state,
        "role": "responder",
        "name": "陈志愿",
        "alert": PageAlert(
            type="x", type_zh="紧急呼叫", type_en="SOS", severity="emergency", pressed_at=NOW, closed_at=None
        ),
        "home": PageHome(
            address="<b>1</b>",
            landmark="庙",
            room=None,
            latitude=30.0,
            longitude=122.0,
            entry="后门",
            key_kind="neighbour",
            hazards=["dog", "violence", "infection"],
        ),
        "people": [
            PagePerson(
                name="<script>alert(1)</script>",
                birth_year=1940,
                lives_alone=True,
                dialect=None,
                hearing="none",
                speech="normal",
                cognition="impaired",
            )
        ],
        "key_holders": [PagePhone(name="王", phone="1")],
        "desk": PagePhone(name="中心", phone=None),
        "going": ["赵"],
        "wanted": 2,
        "taken": None,
        "can": [*STEPS, *KEYS],
        "held_until": NOW,
        "eta_at": NOW,
        "arrived_at": NOW,
        "second_asked": False,
        "forced": False,
        "keys_out": ["own"],
        "alone_until": NOW,
        "alone_minutes": 20,
        "outcome": None,
        "reply_code": "4821",
    }
    return AnswerPage(**{**values, **changes})  # type: ignore[arg-type]


def html(shown: AnswerPage, chinese: bool, refused: Refusal | None = None, map_url: str = "") -> str:
    pages = Pages(ZoneInfo("Asia/Shanghai"), map_url)
    values = {"page": shown, "refused": refused, "base": "/r/x", "form": "f", "once": "o"}
    return pages.render("answer", chinese, NOW, values)


@pytest.mark.parametrize("chinese", [True, False])
@pytest.mark.parametrize("state", ["opened", "held", "accepted", "en_route", "arrived", "done", "passed", "stood_down"])
def test_every_state_can_be_shown(state: str, chinese: bool) -> None:
    shown = html(page(state), chinese)
    assert "<built-in" not in shown
    assert "Undefined" not in shown
    assert "00:30" in shown, "times are told by the clock on the wall there"


def test_whatever_stands_in_the_register_is_text() -> None:
    shown = html(page("accepted"), True)
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "<b>1</b>" not in shown


def test_the_page_needs_no_script_and_nothing_from_elsewhere() -> None:
    shown = html(page("accepted"), True)
    assert re.findall(r"(?i)<script|javascript:|\bon\w+=|@import|url\(", shown) == []
    assert re.findall(r'(?:src|href)="https?:', shown) == []
    assert 'href="https://map/30.000000,122.000000"' in html(
        page("accepted"), True, map_url="https://map/{latitude},{longitude}"
    )


def test_everything_that_was_said_is_in_the_other_language_too() -> None:
    for label in (*words.WORDS.values(), *words.WHY.values()):
        assert label.zh.strip()
        assert label.en.strip()
    for hazard in Hazard:
        assert str(hazard) in words.WORDS


def test_every_reason_has_its_words() -> None:
    """Those that close the door have a page of their own."""
    doors = {Why.EXPIRED, Why.OTHER_PHONE, Why.NOT_OPENED}
    assert {str(why) for why in Why} - {str(why) for why in doors} == set(words.WHY)
    assert set(answering_problems.WHY) == set(Why)
    for why in set(Why) - doors:
        assert 'role="alert"' in html(page("opened"), False, Refusal(why, "陈志愿", NOW))
    assert "陈志愿 has it since 00:30." in html(page("opened"), False, Refusal(Why.TAKEN, "陈志愿", NOW))


def test_every_word_is_used() -> None:
    templates = "".join(path.read_text() for path in render._TEMPLATES.glob("*.html"))
    built = ("hearing_", "speech_", "cognition_", "key_")
    spoken = set(re.findall(r"\bw\.(\w+)", templates)) | {str(hazard) for hazard in Hazard}
    doors = {
        f"{reason}{end}" for reason in ("sealed", "expired", "other_phone", "unknown", "stale") for end in ("", "_lead")
    }
    left = {word for word in words.WORDS if word not in spoken | doors and not word.startswith(built)}
    assert left == set()


def test_who_has_it_is_said() -> None:
    shown = html(page("stood_down", taken=PageTaken(name="赵", since=NOW), can=[], home=None, people=[]), False)
    assert "赵 has it since 00:30" in shown
