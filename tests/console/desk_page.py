"""The alarm desk as a test sees it: its parts by what they are for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.fakes.console_backend import PASSWORD
from tests.harness.clock import wait_until

SCREEN = {"width": 1366, "height": 768}


class DeskPage:
    """One browser window with a desk. `complaints`: errors that the page has logged (policy violations among them)."""

    def __init__(self, browser: Browser, url: str, locale: str = "zh-CN") -> None:
        self._context = browser.new_context(viewport=SCREEN, locale=locale, timezone_id="Asia/Shanghai")
        self.complaints: list[str] = []
        self.url = url
        self.page: Page = self._tab()

    def _tab(self) -> Page:
        page = self._context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)
        page.goto(self.url)
        return page

    def move_to_new_tab(self, lists_read: Callable[[], int]) -> None:
        """The same session in a tab that nobody has touched; the old tab is closed.

        Playwright's look at a page counts as a gesture in it: so the backend is asked whether the desk is there.
        """
        self.page.close()
        before = lists_read()
        self.page = self._tab()
        wait_until(lambda: lists_read() > before, "the new tab has read its list")

    def log_in(self, username: str = "desk1", password: str = PASSWORD) -> None:
        """Logs in and waits for the live queue."""
        self.page.locator("[name=username]").fill(username)
        self.page.locator("[name=password]").fill(password)
        self.page.locator("[name=password]").press("Enter")
        expect(self.part("link")).to_have_attribute("data-state", "online")

    def _hear(self, line: ConsoleMessage) -> None:
        asked_who_i_am = "401" in line.text  # the page's first question, before anybody has logged in
        if line.type == "error" and not asked_who_i_am:
            self.complaints.append(line.text)

    def close(self) -> None:
        """Closes the window."""
        self._context.close()

    def part(self, name: str) -> Locator:
        """A named part of the screen."""
        return self.page.get_by_test_id(name)

    def row(self, alert_id: str) -> Locator:
        """The queue's row of an alert."""
        return self.page.locator(f"tr[data-alert-id='{alert_id}']")

    @property
    def rows(self) -> Locator:
        """Every row of the queue, in order."""
        return self.page.locator("tr[data-alert-id]")

    def action(self, name: str) -> Locator:
        """A button of the card."""
        return self.page.locator(f"[data-action='{name}']")

    def press(self, *keys: str) -> None:
        """Presses keys, wherever the caret is."""
        for key in keys:
            self.page.keyboard.press(key)

    def expect_card(self, alert_id: str) -> None:
        """The card of `alert_id` is open and complete."""
        expect(self.part("card")).to_have_attribute("data-alert-id", alert_id)
        expect(self.part("timeline")).to_be_visible()

    def played(self, alert_id: str, ring_seq: int = 1) -> dict[str, Any]:
        """The burst that has really sounded for this ring; waits for it."""
        script = """([id, seq]) => window.__care_sound.played.find(p => p.alert_id === id && p.ring_seq === seq)"""
        entry: dict[str, Any] = self.page.wait_for_function(script, arg=[alert_id, ring_seq]).json_value()
        return entry
