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


@pytest.mark.parametrize(("language", "home"), [("zh-CN", 0), ("en", 1)])
def test_no_a_or_aa_violation(district: RealDistrict, loud: Browser, language: str, home: int) -> None:
    desk = district.desk(loud)
    if language == "en":
        desk.part("language").click()
        desk.part("theme").click()
    script = (CONSOLE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    desk.page.evaluate(script)
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
