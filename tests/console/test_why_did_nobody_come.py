"""Who goes is picked from those on duty; nobody answers: one view says what was tried and what comes next."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.console.desk_page import DeskPage
from tests.console.real_district import RESPONDER, RealDistrict
from tests.harness.clock import wait_until

pytestmark = pytest.mark.browser


def _open(district: RealDistrict, desk: DeskPage, home: int) -> str:
    alert = district.press(home)
    expect(desk.row(alert)).to_be_visible()
    desk.row(alert).click()
    desk.expect_card(alert)
    return alert


def test_somebody_on_duty_is_sent_and_what_they_say_on_the_phone_is_written_down(
    district: RealDistrict, operator: DeskPage
) -> None:
    alert = _open(district, operator, 0)
    operator.press("a")
    expect(operator.row(alert)).to_have_attribute("data-handling", "accepted")
    operator.press("d")
    expect(operator.page.get_by_role("option").first).to_contain_text(RESPONDER)
    operator.press("ArrowDown", "Enter")
    gone = operator.part("assignments").locator("li").first
    expect(gone).to_contain_text(RESPONDER)
    expect(gone).to_have_attribute("data-state", "offered")
    expect(operator.row(alert)).to_have_attribute("data-handling", "dispatched")
    for keys, minutes, state in (("1", "", "accepted"), ("1", "12", "en_route"), ("1", "", "arrived")):
        gone.locator("[data-say]").click()
        operator.press(keys)
        if minutes:
            operator.page.locator("[name=minutes]").fill(minutes)
        operator.press("Enter")
        expect(gone).to_have_attribute("data-state", state)
    expect(operator.row(alert)).to_have_attribute("data-handling", "arrived")
    gone.locator("[data-say]").click()
    operator.page.locator("[name=outcome]").select_option(index=1)
    operator.page.locator("[name=note]").press("Enter")
    expect(gone).to_have_attribute("data-state", "done")
    assert operator.complaints == []


def test_whom_no_message_reaches_is_written_down_by_name(district: RealDistrict, operator: DeskPage) -> None:
    alert = _open(district, operator, 1)
    operator.press("a")
    expect(operator.row(alert)).to_have_attribute("data-handling", "accepted")
    operator.press("d")
    operator.page.get_by_role("option", name="沈国良").click()
    operator.page.get_by_role("button", name="确定（回车）").click()
    expect(operator.part("step-dialog")).to_contain_text("请打电话")
    operator.press("Enter")
    expect(operator.row(alert)).to_have_attribute("data-handling", "dispatched")
    expect(operator.part("card")).to_contain_text("上门：沈国良 13800002011")


@pytest.mark.parametrize(("locale", "home"), [("zh-CN", 2), ("en", 3)])
def test_one_view_says_what_was_tried_and_what_comes_next_in_how_many_seconds(
    district: RealDistrict, loud: Browser, locale: str, home: int
) -> None:
    desk = district.desk(loud)
    alert = _open(district, desk, home)
    if locale == "en":
        desk.part("language").click()
    desk.press("w")
    view = desk.part("tried")
    expect(view).to_contain_text("升级：通知下一批" if locale == "zh-CN" else "told", timeout=15_000)
    clock = desk.part("next-in").locator(".next-clock")
    expect(clock).to_have_text(re.compile(r"^0:[0-2]\d$"))
    before = clock.inner_text()
    expect(clock).not_to_have_text(before)
    # Who is sent by hand is told at once; what became of it stands here with its cause.
    desk.press("a")
    expect(desk.row(alert)).to_have_attribute("data-handling", "accepted")
    desk.press("d")
    expect(desk.page.get_by_role("option").first).to_contain_text(RESPONDER)
    desk.press("ArrowDown", "Enter")
    failed = view.locator("[data-tried=attempt][data-tone=bad]").first
    expect(failed).to_contain_text(RESPONDER, timeout=15_000)
    expect(failed).to_contain_text("该通道未配置" if locale == "zh-CN" else "not configured")
    assert re.findall(r"\b[a-z]+_[a-z_]+\b", view.inner_text()) == []
    desk.press("w")
    desk.expect_card(alert)
    assert desk.complaints == []
    desk.close()


def test_a_call_to_make_is_a_line_with_its_result(district: RealDistrict, operator: DeskPage) -> None:
    alert = _open(district, operator, 4)
    operator.press("a")
    expect(operator.row(alert)).to_have_attribute("data-handling", "accepted")
    operator.press("d")
    expect(operator.page.get_by_role("option").first).to_contain_text(RESPONDER)
    operator.press("ArrowDown", "Enter")
    expect(operator.part("assignments").locator("li")).to_have_count(1)
    mine = wait_until(lambda: _to_call(district).get(alert), "the text message has failed, so somebody has to call")
    operator.press("m")
    line = operator.page.locator(f"[data-notice='{mine}']")
    expect(line).to_contain_text(RESPONDER)
    line.locator("[data-outcome=reached]").click()
    expect(line).to_have_count(0)
    assert alert not in _to_call(district)


def _to_call(district: RealDistrict) -> dict[str, str]:
    """The notice that is to be told by telephone, by alert."""
    return {row["alert_id"]: row["id"] for row in district.get("/notices?state=to_call")["items"]}


def test_the_transfer_shows_who_is_on_duty(district: RealDistrict, operator: DeskPage) -> None:
    alert = _open(district, operator, 0)
    operator.press("a")
    expect(operator.row(alert)).to_have_attribute("data-handling", "accepted")
    operator.press("t")
    expect(operator.page.get_by_role("option", name="李沐川")).to_be_visible()
    expect(operator.page.get_by_role("option", name="王晓棠")).to_have_count(0)
    operator.page.get_by_role("option", name="李沐川").click()
    operator.page.get_by_role("button", name="确定（回车）").click()
    expect(operator.part("timeline").locator("li[data-kind=handed_over]")).to_contain_text("李沐川")
