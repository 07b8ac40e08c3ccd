"""A call that comes in opens the resident's alert for somebody who looks on, and never over what is being typed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.console.desk_page import DeskPage
from tests.console.real_district import RealDistrict

pytestmark = pytest.mark.browser

WORDS = "老人说胸口痛"


def test_the_card_of_who_calls_opens_by_itself_for_somebody_who_only_looks(
    district: RealDistrict, operator: DeskPage
) -> None:
    first, second = district.press(0), district.press(1)
    expect(operator.row(second)).to_be_visible()
    operator.row(first).click()
    operator.expect_card(first)
    district.ring("13900001001")
    expect(operator.part("incoming")).to_contain_text("王福根家")
    operator.expect_card(second)


def test_the_note_that_is_being_written_stays_and_the_call_is_an_offer(
    district: RealDistrict, operator: DeskPage
) -> None:
    first, second = district.press(2), district.press(3)
    expect(operator.row(second)).to_be_visible()
    operator.row(first).click()
    operator.expect_card(first)
    operator.press("n")
    operator.page.keyboard.type(WORDS)
    district.ring("13900001003")
    expect(operator.part("incoming")).to_contain_text("周根娣家")
    operator.page.keyboard.type("i")
    operator.expect_card(first)
    note = operator.page.locator("#note-field")
    expect(note).to_have_value(WORDS + "i")
    expect(note).to_be_focused()
    operator.press("Escape", "i")
    operator.expect_card(second)
    expect(operator.part("incoming").get_by_text("周根娣家")).to_have_count(0)


def test_a_call_without_an_alert_says_who_has_the_number(district: RealDistrict, operator: DeskPage) -> None:
    district.ring("13800002041")
    expect(operator.part("incoming")).to_contain_text("张伯年家")
    operator.part("incoming").get_by_role("button").first.click()
    shown = operator.part("incoming-dialog")
    expect(shown).to_contain_text("沈国良")
    expect(shown).to_contain_text("没有未结案的警报")
    assert operator.complaints == []
