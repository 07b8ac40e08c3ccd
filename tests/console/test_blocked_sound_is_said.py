"""A browser that forbids sound is found out before the first alarm, and one key or click puts it right."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.console.desk_page import DeskPage
from tests.fakes.console_backend import FakeBackend

pytestmark = pytest.mark.browser


def test_the_bar_stands_until_a_key_is_pressed_and_then_it_sounds(
    fake: FakeBackend, quiet: Browser, open_desk: Callable[..., DeskPage]
) -> None:
    desk = open_desk(quiet)
    desk.move_to_new_tab(lambda: _lists_read(fake))  # the log-in was a gesture; an untouched tab has none
    bar = desk.part("sound-blocked")
    expect(bar).to_contain_text("按任意键或点一下鼠标")
    alert = fake.desk.press(home=0)
    expect(desk.row(alert)).to_be_visible()
    assert desk.page.evaluate("window.__care_sound.played.length") == 0, "nothing is claimed that was not heard"
    desk.press("ArrowDown")
    expect(bar).to_have_count(0)
    assert desk.played(alert)["context_time"] > 0
    assert desk.page.evaluate("window.__care_sound.state") == "running"


def _lists_read(fake: FakeBackend) -> int:
    return sum(call["path"] == "/api/v1/alerts" for call in fake.requests)
