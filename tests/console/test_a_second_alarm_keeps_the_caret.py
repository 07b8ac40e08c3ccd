"""Whoever types or handles an alert keeps caret and text when another alarm comes; for everybody else it opens."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.console.desk_page import DeskPage
from tests.fakes.console_backend import FakeBackend

pytestmark = pytest.mark.browser

WORDS = "老人说胸口痛，正在问"


def test_the_note_that_is_being_written_stays(fake: FakeBackend, desk: DeskPage) -> None:
    first = fake.desk.press(home=0)
    desk.expect_card(first)
    desk.press("n")
    desk.page.keyboard.type(WORDS)
    second = fake.desk.press(home=1)
    expect(desk.part("arrivals")).to_contain_text("王福根")
    desk.played(second)
    desk.expect_card(first)
    desk.page.keyboard.type("细节")
    expect(desk.page.locator("#note-field")).to_have_value(WORDS + "细节")
    expect(desk.page.locator("#note-field")).to_be_focused()
    desk.press("Escape", "g")
    expect(desk.row(second)).to_have_attribute("aria-selected", "true")
    expect(desk.part("arrivals")).to_have_count(0)


def test_a_dialog_that_is_open_stays_with_its_alert(fake: FakeBackend, desk: DeskPage) -> None:
    first = fake.desk.press(home=0)
    desk.expect_card(first)
    desk.press("a")
    expect(desk.action("dispatch")).to_be_enabled()
    desk.press("d")
    desk.page.keyboard.type("沈国良")
    fake.desk.press(home=1)
    expect(desk.part("arrivals")).to_be_attached()
    desk.press("Enter")
    expect(desk.row(first)).to_have_attribute("data-handling", "dispatched")


def test_a_dialog_never_acts_on_the_alert_that_took_the_place_of_its_own(fake: FakeBackend, desk: DeskPage) -> None:
    first = fake.desk.press(home=0, waited=60)
    desk.expect_card(first)
    desk.press("a")
    expect(desk.row(first)).to_have_attribute("data-handling", "accepted")
    second = fake.desk.press(home=1)
    expect(desk.part("arrivals")).to_be_visible()
    fake.lose_answers = 1
    desk.press("c", "ArrowDown", "Enter", "d")
    desk.expect_card(second)
    expect(desk.part("step-dialog")).to_have_count(0)
    desk.press("ArrowUp")
    expect(desk.row(second)).to_have_attribute("aria-selected", "true")
    assert [call["path"] for call in fake.requests if call["path"].endswith("/dispatch")] == []


def test_an_alert_in_ones_hands_stays_on_the_screen(fake: FakeBackend, desk: DeskPage) -> None:
    first = fake.desk.press(home=0)
    desk.expect_card(first)
    desk.press("a")
    expect(desk.row(first)).to_have_attribute("data-handling", "accepted")
    second = fake.desk.press(home=1)
    expect(desk.part("arrivals")).to_be_visible()
    desk.expect_card(first)
    desk.part("arrivals").get_by_role("button").first.click()
    desk.expect_card(second)


def test_a_new_alarm_opens_for_somebody_who_only_looks(fake: FakeBackend, desk: DeskPage) -> None:
    desk.expect_card(fake.desk.press(home=0))
    desk.expect_card(fake.desk.press(home=1))


def test_a_draft_survives_a_reload_and_is_cleared_when_sent(fake: FakeBackend, desk: DeskPage) -> None:
    alert = fake.desk.press(home=0)
    desk.expect_card(alert)
    desk.press("n")
    desk.page.keyboard.type(WORDS)
    desk.page.reload()
    note = desk.page.locator("#note-field")
    expect(note).to_have_value(WORDS)
    note.press("Control+Enter")
    expect(note).to_have_value("")
    assert fake.desk.alerts[alert]["timeline"][-1]["detail"] == {"text": WORDS}
    desk.page.reload()
    desk.expect_card(alert)
    expect(note).to_have_value("")
