"""Axe finds no violation of WCAG A or AA: queue, card, calls, what was tried, and every dialog; light and dark."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Browser, expect

from tests.console.conftest import CONSOLE
from tests.console.desk_page import DeskPage
from tests.console.real_district import RESPONDER, RealDistrict

pytestmark = pytest.mark.browser

_RUN: Final = """async () => {
  const found = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
  const said = (node) => node.html.slice(0, 160) + ' :: ' + node.failureSummary;
  return found.violations.flatMap((one) => one.nodes.map((node) => one.id + ': ' + said(node)));
}"""


def _violations(desk: DeskPage) -> list[str]:
    found: list[str] = desk.page.evaluate(_RUN)
    return found


def _opened(district: RealDistrict, browser: Browser, language: str) -> DeskPage:
    """A desk with axe in it: Chinese in the light, English in the dark."""
    desk = district.desk(browser)
    if language == "en":
        desk.part("language").click()
        desk.part("theme").click()
    desk.page.evaluate((CONSOLE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    return desk


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_pages_beside_the_desk(district: RealDistrict, loud: Browser, language: str) -> None:
    desk = _opened(district, loud, language)
    for page in ("work-orders", "on-duty", "reviews", "kpis"):
        desk.page.locator(f"nav a[href='#/{page}']").click()
        expect(desk.part("page").locator("table").first).to_be_visible()
        expect(desk.part("page").get_by_role("alert")).to_have_count(0)
        assert _violations(desk) == [], page
    assert desk.complaints == []
    desk.close()


def test_no_key_acts_on_a_card_that_nobody_sees_and_a_new_alarm_brings_the_desk_back(
    district: RealDistrict, operator: DeskPage
) -> None:
    alert = district.press(3)
    operator.row(alert).click()
    operator.expect_card(alert)
    operator.page.locator("nav a[href='#/kpis']").click()
    expect(operator.part("page")).to_be_visible()
    operator.press("a")
    assert district.get(f"/alerts/{alert}")["handling"] == "new"
    newest = district.press(2)
    operator.expect_card(newest)
    expect(operator.part("page")).to_have_count(0)


@pytest.mark.parametrize(("language", "home"), [("zh-CN", 0), ("en", 1)])
def test_no_a_or_aa_violation(district: RealDistrict, loud: Browser, language: str, home: int) -> None:
    desk = _opened(district, loud, language)
    found = {"empty": _violations(desk)}
    alert = district.press(home)
    desk.row(alert).click()
    desk.expect_card(alert)
    found["waiting"] = _violations(desk)
    desk.press("a")
    expect(desk.row(alert)).to_have_attribute("data-handling", "accepted")
    for dialog in ("d", "p", "c", "e", "t", "h", "m", "?"):
        desk.press(dialog)
        expect(desk.page.get_by_role("dialog")).to_be_visible()
        found[dialog] = _violations(desk)
        desk.press("Escape")
        expect(desk.page.get_by_role("dialog")).to_have_count(0)
    desk.press("d")
    expect(desk.page.get_by_role("option").first).to_contain_text(RESPONDER)
    desk.press("ArrowDown")
    found["picked"] = _violations(desk)
    desk.press("Enter")
    expect(desk.part("assignments")).to_be_visible()
    desk.press("p", "1")
    expect(desk.part("call-bar")).to_be_visible()
    district.ring("13900001004")
    expect(desk.part("incoming")).to_be_visible()
    found["call"] = _violations(desk)
    desk.press("w")
    expect(desk.part("next")).to_be_visible()
    found["tried"] = _violations(desk)
    assert sorted({line for lines in found.values() for line in lines}) == []
    desk.close()
