"""An alert closed as ambulance is no dead end: the closing leads to the hand-over to 120, and back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.console.real_district import RealDistrict

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("locale", "home"), [("zh-CN", 0), ("en", 1)])
def test_closing_as_ambulance_leads_to_the_hand_over_and_back(
    district: RealDistrict, loud: Browser, locale: str, home: int
) -> None:
    alert = district.press(home)
    desk = district.desk(loud)
    if locale == "en":
        desk.part("language").click()
    desk.row(alert).click()
    desk.expect_card(alert)
    desk.press("a")
    expect(desk.row(alert)).to_have_attribute("data-handling", "accepted")
    desk.press("c", "3")
    expect(desk.part("step-dialog")).to_contain_text("先填" if locale == "zh-CN" else "hospital has to be known")
    desk.press("Enter")
    desk.page.keyboard.type("岱山县人民医院")
    desk.page.locator("[name=reference]").fill("120-4471")
    desk.page.locator("[name=call_back]").fill("0580-4470120")
    desk.page.locator("[name=met_by]").fill("沈国良")
    desk.page.get_by_label("船" if locale == "zh-CN" else "Boat").check()
    desk.page.locator("[name=hospital]").press("Enter")
    expect(desk.page.locator("input[value=ambulance]")).to_be_checked()
    desk.press("Enter")
    expect(desk.part("standing-steps")).to_be_visible()
    for step in desk.part("standing-steps").locator("[data-step]").all():
        step.get_by_role("radio").first.check()  # what else the script wants: spoken with the person, family told
    desk.press("Enter")
    expect(desk.row(alert)).to_have_count(0)
    closed = district.get(f"/alerts/{alert}")
    assert closed["outcome"] == "ambulance"
    record = district.get(f"/alerts/{alert}/hand-over")
    assert (record["hospital"], record["vehicle"], record["reference"]) == ("岱山县人民医院", "boat", "120-4471")
    desk.close()


def test_the_hand_over_can_be_begun_before_the_hospital_is_known(district: RealDistrict, loud: Browser) -> None:
    alert = district.press(2)
    desk = district.desk(loud)
    desk.row(alert).click()
    desk.expect_card(alert)
    desk.press("a")
    expect(desk.row(alert)).to_have_attribute("data-handling", "accepted")
    desk.press("h")
    desk.page.locator("[name=comes]").fill("0330")
    desk.page.locator("[name=reference]").fill("A-7")
    desk.press("Enter")
    shown = desk.part("hand-over")
    expect(shown).to_contain_text("还不知道")
    expect(shown).to_contain_text("03:30:00")
    desk.press("h")
    expect(desk.page.locator("[name=reference]")).to_have_value("A-7")
    desk.page.keyboard.type("普陀医院")
    desk.press("Enter")
    expect(shown).to_contain_text("普陀医院")
    expect(desk.part("timeline").locator("li[data-kind=handed_to_120]").first).to_contain_text("普陀医院")
    desk.close()
