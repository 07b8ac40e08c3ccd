"""From the alarm to its closing with no mouse: accept, dispatch, en route, arrived, close; each step once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.console.desk_page import DeskPage
from tests.fakes.console_backend import FakeBackend

pytestmark = pytest.mark.browser


def test_from_the_alarm_to_closing(fake: FakeBackend, desk: DeskPage) -> None:
    alert = fake.desk.press(home=0)
    desk.expect_card(alert)
    desk.press("a")
    expect(desk.row(alert)).to_have_attribute("data-handling", "accepted")
    expect(desk.row(alert).get_by_test_id("holder")).to_have_text("我")

    desk.press("d")
    desk.page.keyboard.type("沈国良")
    desk.press("Enter")
    expect(desk.row(alert)).to_have_attribute("data-handling", "dispatched")

    desk.press("e")
    desk.page.keyboard.type("8")
    expect(desk.page.get_by_text("8 分钟。")).to_be_visible()
    desk.press("Enter")
    expect(desk.row(alert)).to_have_attribute("data-handling", "en_route")

    desk.press("r")
    expect(desk.row(alert)).to_have_attribute("data-handling", "arrived")

    desk.press("c", "ArrowDown")
    desk.page.keyboard.press("Enter")
    expect(desk.row(alert)).to_have_count(0)
    expect(desk.part("empty")).to_be_visible()

    steps = [entry["kind"] for entry in fake.desk.alerts[alert]["timeline"]]
    assert steps == ["raised", "accepted", "dispatched", "en_route", "arrived", "closed"]
    posts = [call for call in fake.requests if call["method"] == "POST" and "/alerts/" in call["path"]]
    assert len({call["key"] for call in posts}) == len(posts) == 5
    assert all(call["csrf"] for call in posts)
    assert desk.complaints == []


def test_the_card_shows_each_step_with_its_time_and_what_the_terminal_was_told(
    fake: FakeBackend, desk: DeskPage
) -> None:
    alert = fake.desk.press(home=0)
    desk.expect_card(alert)
    desk.press("a")
    steps = desk.part("timeline").locator("li")
    expect(steps).to_have_count(2)
    expect(steps.first).to_have_attribute("data-kind", "accepted")
    expect(steps.first.locator("time")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))
    answers = desk.part("answers").locator("li")
    expect(answers).to_have_count(2)
    expect(answers.first).to_have_attribute("data-state", "sent")
    fake.desk.confirm(alert)
    expect(answers.first).to_have_attribute("data-state", "done")
    expect(answers.first).to_contain_text("终端已确认")


def test_an_unanswered_sos_asks_who_has_seen_the_person(fake: FakeBackend, desk: DeskPage) -> None:
    alert = fake.desk.press(home=0)
    desk.expect_card(alert)
    desk.press("a")
    expect(desk.action("close")).to_be_enabled()
    desk.press("c")
    desk.page.get_by_label("无人应答，已当面确认").check()
    send = desk.page.get_by_role("button", name="确定（回车）")
    expect(send).to_be_disabled()
    desk.page.locator("[name=seen_by]").fill("沈国良")
    send.click()
    expect(desk.part("empty")).to_be_visible()
    assert fake.desk.alerts[alert]["timeline"][-1]["detail"]["seen_by"] == "沈国良"


def test_arrows_move_through_the_queue_and_help_lists_every_key(fake: FakeBackend, desk: DeskPage) -> None:
    first = fake.desk.press(home=0, waited=60)
    second = fake.desk.press(home=1, waited=30)
    expect(desk.rows).to_have_count(2)
    desk.press("ArrowUp", "ArrowUp")
    expect(desk.row(first)).to_have_attribute("aria-selected", "true")
    desk.press("ArrowDown")
    expect(desk.row(second)).to_have_attribute("aria-selected", "true")
    desk.press("?")
    for key in ("A", "D", "E", "R", "C", "N", "?", "Esc"):
        expect(desk.part("help").get_by_text(key, exact=True)).to_be_visible()
    desk.press("a")
    assert fake.desk.alerts[second]["handling"] == "new", "a letter behind the help does nothing"
    desk.press("Escape")
    expect(desk.part("help")).to_have_count(0)


def test_what_the_backend_does_not_allow_is_said_and_not_sent(fake: FakeBackend, desk: DeskPage) -> None:
    alert = fake.desk.press(home=0)
    desk.expect_card(alert)
    expect(desk.action("close")).to_be_disabled()
    desk.press("c")
    expect(desk.part("problem")).to_contain_text("结案")
    assert fake.desk.alerts[alert]["handling"] == "new"
