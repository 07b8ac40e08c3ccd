"""However many alarms there are, each is a row of the real table, and the most important things need no scroll."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.console.desk_page import SCREEN, DeskPage
from tests.fakes.console_backend import FakeBackend

pytestmark = pytest.mark.browser


def test_each_of_fifty_is_a_row_in_the_servers_order(fake: FakeBackend, desk: DeskPage) -> None:
    types = ["care.sos.pressed", "care.leak.detected", "care.service.pressed", "care.battery.low"]
    alerts = [fake.desk.press(home=n % 5, type_=types[n % 4], waited=n * 7) for n in range(50)]
    expect(desk.rows).to_have_count(50)
    shown = desk.rows.evaluate_all("rows => rows.map(row => row.dataset.alertId)")
    assert shown == [row["id"] for row in fake.desk.open_alerts()]
    assert set(shown) == set(alerts)
    expect(desk.page).to_have_title("(50) 警报台")
    assert desk.page.locator("link[rel=icon]").get_attribute("href") == "/favicons/many.svg"
    desk.page.reload()
    expect(desk.rows).to_have_count(50)


def test_an_accepted_alarm_moves_below_those_that_wait(fake: FakeBackend, desk: DeskPage) -> None:
    first = fake.desk.press(home=0, waited=60)
    second = fake.desk.press(home=1, waited=30)
    expect(desk.rows).to_have_count(2)
    desk.row(first).click()
    desk.expect_card(first)
    desk.press("a")
    expect(desk.rows.last).to_have_attribute("data-alert-id", first)
    expect(desk.rows.first).to_have_attribute("data-alert-id", second)


def test_the_waiting_time_ticks(fake: FakeBackend, desk: DeskPage) -> None:
    alert = fake.desk.press(home=0, waited=61)
    wait = desk.row(alert).locator(".wait")
    expect(wait).to_have_text("1:02")
    expect(wait).to_have_text("1:04")


def test_name_landmark_risk_and_dialect_need_no_scroll_on_a_small_screen(fake: FakeBackend, desk: DeskPage) -> None:
    alert = fake.desk.press(home=0)
    desk.expect_card(alert)
    for text in (
        "陈阿娣",
        "海神庙后第二家，蓝色木门",
        "独居",
        "听力差",
        "方言：舟山话（岱山口音）",
        "钥匙在村养老服务站",
    ):
        box = desk.part("card").get_by_text(text).first.bounding_box()
        assert box is not None, text
        assert box["y"] + box["height"] < SCREEN["height"] - 60, text
    expect(desk.part("card").locator("a[href='tel:13800002001']")).to_be_visible()


def test_parts_that_are_down_are_said_in_words(fake: FakeBackend, desk: DeskPage) -> None:
    expect(desk.part("health")).to_have_count(0)
    fake.desk.report("gateway-emergency", "down")
    expect(desk.part("health")).to_contain_text("紧急通道：停止工作")
    expect(desk.part("health")).to_contain_text("守好值班电话")
    desk.page.reload()
    expect(desk.part("health")).to_contain_text("紧急通道")
    fake.desk.report("gateway-emergency", "up")
    expect(desk.part("health")).to_have_count(0)
