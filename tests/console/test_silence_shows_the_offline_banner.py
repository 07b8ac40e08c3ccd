"""Silence is said within 12 s, in words, and the desk comes back by itself with everything that it missed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.console.desk_page import DeskPage
from tests.fakes.console_backend import FakeBackend
from tests.harness.clock import stopwatch

pytestmark = pytest.mark.browser


def test_a_frozen_stream_is_noticed_and_nothing_is_missed(fake: FakeBackend, desk: DeskPage) -> None:
    fake.frozen = True
    began = stopwatch()
    expect(desk.part("offline")).to_be_visible(timeout=13_000)
    assert stopwatch() - began <= 12.5, "within 12 s of silence"
    expect(desk.part("offline")).to_contain_text("守好值班电话")
    expect(desk.part("empty")).to_have_count(0)
    expect(desk.part("not-known")).to_be_visible()
    missed = fake.desk.press(home=0)
    fake.frozen = False
    expect(desk.row(missed)).to_be_visible(timeout=15_000)
    expect(desk.part("offline")).to_have_count(0, timeout=15_000)
    desk.played(missed)


def test_a_backend_that_is_gone_is_said_soon_and_the_desk_comes_back(fake: FakeBackend, desk: DeskPage) -> None:
    alert = fake.desk.press(home=0)
    desk.expect_card(alert)
    fake.broken = True
    fake.cut_streams()
    expect(desk.part("offline")).to_be_visible(timeout=12_000)
    expect(desk.row(alert)).to_be_visible()
    missed = fake.desk.press(home=1)
    fake.broken = False
    expect(desk.part("offline")).to_have_count(0, timeout=12_000)
    expect(desk.row(missed)).to_be_visible()


def test_resync_loads_the_list_again(fake: FakeBackend, desk: DeskPage) -> None:
    gone = fake.desk.press(home=0)
    expect(desk.row(gone)).to_be_visible()
    fake.desk.alerts.pop(gone)
    fake.resync()
    expect(desk.row(gone)).to_have_count(0)
    expect(desk.part("link")).to_have_attribute("data-state", "online")
    later = fake.desk.press(home=1)
    expect(desk.row(later)).to_be_visible()


def test_a_session_that_has_ended_leads_to_the_log_in(fake: FakeBackend, desk: DeskPage) -> None:
    alert = fake.desk.press(home=0)
    desk.expect_card(alert)
    fake.sessions.clear()
    desk.press("a")
    expect(desk.page.locator("[name=password]")).to_be_visible()
    desk.log_in()
    expect(desk.row(alert)).to_be_visible()
