"""Takes the pictures of the desk for the manual: `python -m tests.console.take_screens CONSOLE_DIR [FOLDER]`."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.console.conftest import FLAGS, ROOT, SOUND_ALLOWED
from tests.console.desk_page import DeskPage
from tests.fakes.console_backend import OTHER, STAFF, FakeBackend
from tests.fakes.console_desk import FakeDesk
from tests.harness.ports import free_port


def busy_evening(desk: FakeDesk) -> str:
    """Alerts of every kind and state; the id of the one to look at."""
    fall = desk.press(home=4, type_="care.fall.detected", waited=900)
    desk.accept(fall, OTHER)
    desk.act(fall, "dispatch", {"responder": "六横救援队 2 组"}, OTHER)
    desk.act(fall, "en-route", {"eta_minutes": 12}, OTHER)
    desk.accept(desk.press(home=2, type_="care.service.pressed", waited=400), STAFF)
    desk.press(home=1, type_="care.battery.low", waited=4000)
    desk.press(home=1, type_="care.leak.detected", waited=75)
    desk.press(home=None, waited=40, late=480)
    sos = desk.press(home=0, waited=23)
    desk.press_again(sos)
    desk.press_again(sos)
    desk.confirm(sos)
    return sos


def take(console_dir: Path, folder: Path) -> None:
    """`desk-zh.png`, `desk-en.png` and `desk-dark.png` into `folder`."""
    with FakeBackend(console_dir, free_port()) as fake, sync_playwright() as playwright:
        sos = busy_evening(fake.desk)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*FLAGS, SOUND_ALLOWED])
        for name, button in (("zh", None), ("en", "language"), ("dark", "theme")):
            desk = DeskPage(browser, fake.url)
            desk.log_in()
            if button is not None:
                desk.part(button).click()
            desk.row(sos).click()
            desk.expect_card(sos)
            desk.page.mouse.move(5, 760)
            desk.page.screenshot(path=folder / f"desk-{name}.png", animations="disabled")
            desk.close()
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs" / "screens")
