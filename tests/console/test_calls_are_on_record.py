"""A call is a click: it is on record, its result is one key, and a press by accident is closed in three more."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.console.desk_page import DeskPage
from tests.console.real_district import LISTEN, RealDistrict
from tests.fakes.console_backend import FakeBackend

pytestmark = pytest.mark.browser


def _accepted(district: RealDistrict, operator: DeskPage, home: int) -> str:
    alert = district.press(home)
    expect(operator.row(alert)).to_be_visible()
    operator.row(alert).click()
    operator.expect_card(alert)
    operator.press("a")
    expect(operator.row(alert)).to_have_attribute("data-handling", "accepted")
    return alert


def test_a_click_on_a_number_dials_it_and_its_result_stands_on_the_timeline(
    district: RealDistrict, operator: DeskPage
) -> None:
    alert = _accepted(district, operator, 0)
    operator.part("card").get_by_text("138 0000 2001").click()
    bar = operator.part("call-bar")
    expect(bar).to_contain_text("正在呼叫 沈国良")
    assert operator.page.evaluate("window.dialled") == ["tel:+8613800002001"]
    operator.press("2")
    expect(bar).to_have_count(0)
    steps = operator.part("timeline")
    expect(steps.locator("li[data-kind=call_ended]")).to_contain_text("无人接听")
    expect(steps.locator("li[data-kind=called]")).to_contain_text("联系人")
    assert [call["result"] for call in district.get(f"/alerts/{alert}/calls")["items"]] == ["no_answer"]


def test_two_calls_without_a_voice_by_keyboard_send_the_key_holder_or_say_that_nobody_can_go(
    district: RealDistrict, operator: DeskPage
) -> None:
    alert = _accepted(district, operator, 1)
    for _ in range(2):
        operator.press("p")
        expect(operator.part("call-dialog")).to_contain_text("终端")
        operator.press("1")
        expect(operator.part("call-bar")).to_contain_text("终端正在回拨警报台")
        operator.press("2")
        expect(operator.part("call-bar")).to_have_count(0)
    expect(operator.part("timeline").locator("li[data-kind=no_voice]")).to_contain_text("两次呼叫无声")
    assert len(district.get(f"/alerts/{alert}/calls")["items"]) == 2


def test_a_press_by_accident_is_closed_in_three_keys_after_speaking(district: RealDistrict, operator: DeskPage) -> None:
    alert = _accepted(district, operator, 2)
    operator.press("p", "1")
    expect(operator.part("call-bar")).to_be_visible()
    operator.press("1")
    expect(operator.part("call-bar")).to_have_count(0)
    expect(operator.part("timeline").locator("li[data-kind=voice_contact]")).to_be_visible()
    operator.press("c", "7", "Enter")
    expect(operator.row(alert)).to_have_count(0)
    closed = district.get(f"/alerts/{alert}")
    assert (closed["handling"], closed["outcome"]) == ("closed", "pressed_by_accident")
    assert closed["first_voice_at"] is not None
    assert operator.complaints == []


def test_a_step_is_ticked_off_or_called_impossible_by_keyboard(district: RealDistrict, operator: DeskPage) -> None:
    alert = _accepted(district, operator, 3)
    script = operator.part("script")
    first = script.locator("li[data-state=open]").first
    step = first.get_attribute("data-step")
    operator.press("s", "x")
    operator.page.keyboard.type("终端被水泡坏")
    operator.press("Enter")
    shown = script.locator(f"li[data-step={step}]")
    expect(shown).to_have_attribute("data-state", "impossible")
    expect(shown).to_contain_text("终端被水泡坏")
    operator.press("Escape", "s", "Enter")
    expect(script.locator("li[data-state=done]")).to_have_count(1)
    states = [line["state"] for line in district.get(f"/alerts/{alert}/script")["steps"]]
    assert sorted(state for state in states if state != "open") == ["done", "impossible"]


def test_where_the_platform_does_not_answer_the_number_is_dialled_all_the_same(
    fake: FakeBackend, desk: DeskPage
) -> None:
    alert = fake.desk.press(home=0)
    desk.expect_card(alert)
    desk.page.evaluate(LISTEN)
    fake.broken = True
    desk.part("card").get_by_text("138 0000 2001").click()
    desk.page.wait_for_function("() => window.dialled.length === 1")
    assert desk.page.evaluate("window.dialled") == ["tel:13800002001"]
    expect(desk.part("problem")).to_contain_text("通话没有记录")
