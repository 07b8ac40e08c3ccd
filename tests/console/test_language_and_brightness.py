"""Chinese by default, English at once and for good, dark or light; and the log-in says in words what is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.console.desk_page import DeskPage
from tests.fakes.console_backend import FakeBackend

pytestmark = pytest.mark.browser


def test_the_language_switches_without_a_reload_and_stays(fake: FakeBackend, desk: DeskPage) -> None:
    alert = fake.desk.press(home=0)
    desk.expect_card(alert)
    expect(desk.row(alert)).to_contain_text("紧急呼叫")
    desk.page.evaluate("window.stillTheSamePage = true")
    desk.part("language").click()
    expect(desk.row(alert)).to_contain_text("SOS pressed")
    expect(desk.row(alert)).to_contain_text("Nobody yet")
    expect(desk.page.locator("html")).to_have_attribute("lang", "en")
    assert desk.page.evaluate("window.stillTheSamePage") is True
    desk.page.reload()
    expect(desk.action("accept")).to_contain_text("Accept")


def test_dark_and_light_stay_as_well(desk: DeskPage) -> None:
    root = desk.page.locator("html")
    before = root.get_attribute("data-mantine-color-scheme")
    desk.part("theme").click()
    expect(root).not_to_have_attribute("data-mantine-color-scheme", before or "")
    after = root.get_attribute("data-mantine-color-scheme")
    desk.page.reload()
    expect(root).to_have_attribute("data-mantine-color-scheme", after or "")


def test_a_wrong_password_is_said_in_the_chosen_language(fake: FakeBackend, loud: Browser) -> None:
    desk = DeskPage(loud, fake.url)
    desk.page.locator("[name=username]").fill("desk1")
    desk.page.locator("[name=password]").fill("wrong")
    desk.page.locator("[name=password]").press("Enter")
    alert = desk.page.get_by_role("alert")
    expect(alert).to_have_text("用户名或密码不对，请重新输入。")
    desk.part("language").click()
    expect(alert).to_have_text("User name or password is wrong. Please try again.")
    fake.broken = True
    desk.page.locator("[name=password]").fill("again")
    desk.page.locator("[name=password]").press("Enter")
    expect(alert).to_have_text("The platform cannot be reached. Check the network and try again.")
    desk.close()


def test_logging_out_leaves_no_draft_behind(
    fake: FakeBackend, open_desk: Callable[..., DeskPage], loud: Browser
) -> None:
    desk = open_desk(loud)
    desk.expect_card(fake.desk.press(home=0))
    desk.press("n")
    desk.page.keyboard.type("不该留下")
    desk.part("logout").click()
    expect(desk.page.locator("[name=password]")).to_be_visible()
    assert desk.page.evaluate("Object.keys(localStorage).filter(name => name.includes('draft'))") == []
