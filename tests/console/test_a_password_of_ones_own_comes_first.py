"""Somebody new chooses a password, binds a telephone, and logs in with a code, all on the pages of the console."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.harness.backend import Platform, running
from tests.harness.clock import wall_now

pytestmark = pytest.mark.browser

GOOD = "seven lanterns over the quay"


@pytest.fixture
def platform(console_dir: Path, tmp_path: Path) -> Iterator[Platform]:
    """A first start without a demonstration: one administrator, who needs a second factor."""
    url = f"sqlite:///{tmp_path / 'care.sqlite'}"
    with running(tmp_path, url, console_dir=console_dir, demo=False, locale="en") as found:
        yield found


def log_in(page: Page, password: str) -> None:
    page.locator("[name=username]").fill("admin")
    page.locator("[name=password]").fill(password)
    page.locator("[type=submit]").click()


def test_the_first_administrator_gets_to_the_desk_and_back(platform: Platform, loud: Browser) -> None:
    page = loud.new_page(locale="en")
    page.goto(platform.backend.url)
    log_in(page, platform.passwords()["admin"])
    form = page.get_by_test_id("password-form")
    form.locator("[name=current]").fill(platform.passwords()["admin"])
    for field in ("wanted", "again"):
        form.locator(f"[name={field}]").fill("password1234")
    form.locator("[type=submit]").click()
    expect(form.get_by_role("alert")).to_be_visible()
    form.locator("[name=current]").fill(platform.passwords()["admin"])
    for field in ("wanted", "again"):
        form.locator(f"[name={field}]").fill(GOOD)
    form.locator("[type=submit]").click()

    otp = page.get_by_test_id("otp-form")
    otp.locator("[name=proof]").fill(GOOD)
    otp.get_by_role("button").last.click()
    expect(page.get_by_test_id("qr").locator("svg")).to_be_visible()
    secret = otp.locator("code").inner_text()
    telephone, step = pyotp.TOTP(secret), int(wall_now().timestamp()) // 30
    otp.locator("[name=code]").fill(telephone.generate_otp(step))
    otp.get_by_role("button").last.click()
    codes = page.get_by_test_id("recovery-codes").locator("pre").inner_text().split()
    assert len(codes) == 10
    page.get_by_test_id("recovery-codes").get_by_role("button").click()
    expect(page.get_by_test_id("link")).to_be_visible()

    page.get_by_test_id("account").click()
    expect(page.get_by_test_id("sessions")).to_contain_text("127.0.0.*")
    page.keyboard.press("Escape")
    page.get_by_test_id("logout").click()
    log_in(page, GOOD)
    page.locator("[name=otp]").fill(codes[0])
    page.locator("[type=submit]").click()
    expect(page.get_by_test_id("link")).to_be_visible()
    page.close()
