"""Two operators, one wins: the second sees who has it since when; and a lost answer never becomes a second step."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.console.desk_page import DeskPage
from tests.fakes.console_backend import OTHER, FakeBackend
from tests.harness.clock import wait_until

pytestmark = pytest.mark.browser


def test_the_second_to_accept_sees_who_was_first(fake: FakeBackend, desk: DeskPage) -> None:
    alert = fake.desk.press(home=0)
    desk.expect_card(alert)
    fake.frozen = True  # the other one's acceptance is not on this screen yet
    fake.desk.accept(alert, OTHER)
    desk.press("a")
    expect(desk.part("problem")).to_have_text(re.compile(r"^何建军 已在 \d\d:\d\d:\d\d 接警$"))
    expect(desk.row(alert).get_by_test_id("holder")).to_contain_text("何建军")


def test_both_screens_show_the_holder(
    fake: FakeBackend, desk: DeskPage, open_desk: Callable[..., DeskPage], loud: Browser
) -> None:
    other = open_desk(loud, "desk2")
    alert = fake.desk.press(home=0)
    desk.expect_card(alert)
    other.expect_card(alert)
    other.press("a")
    expect(desk.row(alert).get_by_test_id("holder")).to_have_text("何建军")
    expect(other.row(alert).get_by_test_id("holder")).to_have_text("我")
    expect(desk.action("accept")).to_be_disabled()


def test_a_lost_answer_is_asked_for_again_with_the_same_key(fake: FakeBackend, desk: DeskPage) -> None:
    alert = fake.desk.press(home=0)
    desk.expect_card(alert)
    fake.lose_answers = 2
    desk.press("a")
    expect(desk.row(alert)).to_have_attribute("data-handling", "accepted")
    calls = wait_until(
        lambda: _accepts(fake) if len(_accepts(fake)) == 3 else None, "two answers lost, the third heard"
    )
    assert len({call["key"] for call in calls}) == 1
    assert [entry["kind"] for entry in fake.desk.alerts[alert]["timeline"]].count("accepted") == 1


def test_no_answer_at_all_is_admitted_and_trying_again_does_it_once(fake: FakeBackend, desk: DeskPage) -> None:
    alert = fake.desk.press(home=0)
    desk.expect_card(alert)
    fake.broken = True
    desk.press("a")
    expect(desk.part("problem")).to_contain_text("不能确定是否成功", timeout=10_000)
    fake.broken = False
    desk.action("accept").click()
    expect(desk.row(alert)).to_have_attribute("data-handling", "accepted")
    assert len({call["key"] for call in _accepts(fake)}) == 1


def _accepts(fake: FakeBackend) -> list[dict[str, Any]]:
    return [call for call in fake.requests if call["path"].endswith("/accept")]
