"""Takes the pictures of the desk for the manual: `python -m tests.console.take_screens CONSOLE_DIR [FOLDER]`."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, expect, sync_playwright

from tests.console.conftest import FLAGS, ROOT, SOUND_ALLOWED
from tests.console.desk_page import DeskPage
from tests.console.real_district import RESPONDER, RealDistrict, real_district
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


def picture(desk: DeskPage, folder: Path, name: str) -> None:
    """Everything has been drawn; the mouse is out of the way."""
    desk.page.mouse.move(5, 760)
    desk.page.screenshot(path=folder / f"{name}.png", animations="disabled")


def silent_evening(district: RealDistrict, browser: Browser, folder: Path, language: str) -> None:
    """One alarm that nobody took for half a minute, then a call, a responder, what was tried, 120 and the closing."""
    desk = district.desk(browser)
    alert = district.press(0 if language == "zh" else 1)
    desk.row(alert).click()
    desk.expect_card(alert)
    if language == "en":
        desk.part("language").click()
        desk.part("theme").click()
    desk.press("w")
    attempt = desk.part("tried").locator("[data-tried=attempt]").first
    expect(attempt).to_be_visible(timeout=60_000)
    picture(desk, folder, f"desk-tried-{language}")
    desk.press("w", "a")
    expect(desk.row(alert)).to_have_attribute("data-handling", "accepted")
    desk.press("d")
    expect(desk.page.get_by_role("option").first).to_contain_text(RESPONDER)
    desk.press("ArrowDown")
    picture(desk, folder, f"desk-dispatch-{language}")
    desk.press("Enter")
    expect(desk.part("assignments")).to_be_visible()
    desk.press("p")
    expect(desk.part("call-dialog")).to_contain_text("119")
    picture(desk, folder, f"desk-call-list-{language}")
    desk.press("3")
    expect(desk.part("call-bar")).to_be_visible()
    picture(desk, folder, f"desk-call-{language}")
    desk.press("2")
    expect(desk.part("call-bar")).to_have_count(0)
    desk.press("s")
    picture(desk, folder, f"desk-script-{language}")
    desk.press("Escape", "c", "3")
    picture(desk, folder, f"desk-close-{language}")
    desk.press("Enter")
    desk.page.keyboard.type("岱山县第一人民医院")
    picture(desk, folder, f"desk-hand-over-{language}")
    desk.press("Escape")
    district.ring("13900001004")
    expect(desk.part("incoming")).to_be_visible()
    desk.press("m")
    picture(desk, folder, f"desk-to-call-{language}")
    desk.close()


def other_pages(district: RealDistrict, browser: Browser, folder: Path) -> None:
    """Work orders, duty, reviews and figures, with something in them."""
    for home, kind, text in ((0, "service_request", "午饭改为软食"), (2, "repair", "卫生间按钮松动")):
        district.order(home, kind, text)
    desk = district.desk(browser)
    for alert in [row["id"] for row in district.get("/alerts?state=open")["items"]]:
        desk.row(alert).click()
        desk.expect_card(alert)
        desk.press("c", "1", "Enter")
        expect(desk.row(alert)).to_have_count(0)
    for page in ("work-orders", "on-duty", "reviews", "kpis"):
        desk.page.locator(f"nav a[href='#/{page}']").click()
        expect(desk.part("page").locator("tbody tr").first).to_be_visible()
        picture(desk, folder, f"page-{page}")
    desk.close()


def take_dispatch(console_dir: Path, folder: Path) -> None:
    """`desk-tried-zh.png` and the others of dispatch: Chinese in light, English in dark."""
    with (
        TemporaryDirectory() as temporary,
        real_district(Path(temporary), console_dir) as district,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*FLAGS, SOUND_ALLOWED])
        for language in ("zh", "en"):
            silent_evening(district, browser, folder, language)
        other_pages(district, browser, folder)
        browser.close()


if __name__ == "__main__":
    where = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs" / "screens"
    take(Path(sys.argv[1]), where)
    take_dispatch(Path(sys.argv[1]), where)
