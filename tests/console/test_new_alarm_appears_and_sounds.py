"""A new alarm is on the screen within a second, opens by itself, and is heard: the audio clock has passed its start."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.console.desk_page import DeskPage
from tests.fakes.console_backend import FakeBackend
from tests.harness.clock import stopwatch, wait_until

pytestmark = pytest.mark.browser


def test_a_press_appears_opens_and_sounds(fake: FakeBackend, desk: DeskPage) -> None:
    expect(desk.part("empty")).to_be_visible()
    alert = fake.desk.press(home=0)
    desk.expect_card(alert)
    burst = desk.played(alert)
    assert burst["severity"] == "emergency"
    assert burst["context_time"] > 0
    expect(desk.page).to_have_title("(1) 警报台")
    assert desk.page.locator("link[rel=icon]").get_attribute("href") == "/favicons/1.svg"
    assert desk.complaints == []


def test_a_press_is_in_the_table_within_a_second(fake: FakeBackend, desk: DeskPage) -> None:
    spans = []
    for home in range(5):
        pressed = stopwatch()
        expect(desk.row(fake.desk.press(home=home))).to_be_visible()
        spans.append(stopwatch() - pressed)
    assert sorted(spans)[2] < 1.0, spans


def test_it_rings_until_somebody_has_it_and_again_for_another_press(fake: FakeBackend, desk: DeskPage) -> None:
    alert = fake.desk.press(home=0)
    desk.played(alert)
    again = "id => window.__care_sound.played.filter(p => p.alert_id === id).length >= 2"
    desk.page.wait_for_function(again, arg=alert)
    desk.press("a")
    expect(desk.row(alert)).to_have_attribute("data-ring", "false")
    fake.desk.press_again(alert)
    desk.played(alert, ring_seq=2)
    expect(desk.row(alert).get_by_test_id("count")).to_have_text("×2")


def test_each_severity_has_its_own_sound(fake: FakeBackend, desk: DeskPage) -> None:
    advisory = fake.desk.press(home=0, type_="care.service.pressed")
    assert desk.played(advisory)["severity"] == "advisory"
    emergency = fake.desk.press(home=1)
    assert desk.played(emergency)["severity"] == "emergency"


def test_late_repeated_and_unknown_presses_are_marked(fake: FakeBackend, desk: DeskPage) -> None:
    late = fake.desk.press(home=0, late=480)
    unknown = fake.desk.press(home=None)
    fake.desk.press_again(late)
    expect(desk.row(late).get_by_test_id("late")).to_have_text("8 分钟前按的")
    expect(desk.row(late).get_by_test_id("count")).to_have_text("×2")
    expect(desk.row(unknown).get_by_test_id("unknown")).to_have_text("未登记终端")


def test_two_pages_share_one_stream(fake: FakeBackend, desk: DeskPage) -> None:
    second = desk.page.context.new_page()
    second.goto(desk.url)
    expect(second.get_by_test_id("link")).to_have_attribute("data-state", "online")
    assert fake.streams == 1
    alert = fake.desk.press(home=2)
    for page in (desk.page, second):
        expect(page.locator(f"tr[data-alert-id='{alert}']")).to_be_visible()
    assert fake.streams == 1


def test_the_stream_is_cut_and_nothing_is_missed(fake: FakeBackend, desk: DeskPage) -> None:
    first = fake.desk.press(home=0)
    expect(desk.row(first)).to_be_visible()
    fake.cut_streams()
    wait_until(lambda: fake.streams == 0, "the stream is cut")
    missed = fake.desk.press(home=1)
    expect(desk.row(missed)).to_be_visible()


def test_without_a_shared_worker_the_page_listens_itself(
    fake: FakeBackend, loud: Browser, open_desk: Callable[..., DeskPage]
) -> None:
    desk = DeskPage(loud, fake.url)
    desk.page.add_init_script("delete window.SharedWorker")
    desk.page.reload()
    desk.log_in()
    alert = fake.desk.press(home=0)
    expect(desk.row(alert)).to_be_visible()
    desk.close()
