"""The console and the real backend agree: a press that a gateway hands over is seen, heard, taken and closed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from contract.times import format_time
from tests.console.desk_page import DeskPage
from tests.fakes.console_homes import contacts_of, home_of, residents_of
from tests.harness.backend import Platform, running
from tests.harness.clock import wall_now

pytestmark = pytest.mark.browser

_DEVICE = "terminal-real"


@pytest.fixture
def platform(console_dir: Path, tmp_path: Path) -> Iterator[Platform]:
    """A real backend that serves the console, with one terminal in a home."""
    with running(tmp_path, f"sqlite:///{tmp_path / 'care.sqlite'}", console_dir=console_dir) as platform:
        home = {key: value for key, value in home_of(0).items() if key not in ("id", "synthetic")}
        residents = [{key: value for key, value in row.items() if key != "id"} for row in residents_of(0)]
        item = {"device_id": _DEVICE, "kind": "terminal"}
        with platform.client("cli") as client:
            body = {"items": [{**item, "home": {**home, "residents": residents, "contacts": contacts_of(0)}}]}
            answer = client.post("/api/v1/devices", json=body, headers={"Idempotency-Key": "enrol"})
        assert answer.status_code == 201, answer.text
        yield platform


def _press(platform: Platform, event_id: str) -> dict[str, Any]:
    """What the gateway is answered for one press of the terminal."""
    event = {"specversion": "1.0", "id": event_id, "source": f"care/v1/{_DEVICE}", "type": "care.sos.pressed"}
    item = {"device_id": _DEVICE, "received_at": format_time(wall_now()), "retained": False, "event": event}
    with platform.client("gw1") as gateway:
        answer = gateway.post("/ingest/v1/events", json={"gateway": "gw1", "items": [item]})
    assert answer.status_code == 202, answer.text
    handed: dict[str, Any] = answer.json()
    return handed


def test_a_press_is_seen_heard_taken_and_closed(platform: Platform, loud: Browser) -> None:
    username, password = next(iter(platform.passwords().items()))
    desk = DeskPage(loud, platform.backend.url)
    desk.log_in(username, password)
    alert = _press(platform, "first")["outcomes"][0]["alert_id"]
    desk.expect_card(alert)
    desk.played(alert)
    expect(desk.part("resident")).to_contain_text("陈阿娣")
    _press(platform, "second")
    expect(desk.row(alert).get_by_test_id("count")).to_have_text("×2")
    desk.press("a")
    expect(desk.row(alert)).to_have_attribute("data-handling", "accepted")
    desk.press("e")
    desk.page.keyboard.type("8")
    desk.press("Enter")
    expect(desk.row(alert)).to_have_attribute("data-handling", "en_route")
    expect(desk.part("answers").locator("li").first).to_contain_text("有人在路上")
    desk.press("r")
    expect(desk.row(alert)).to_have_attribute("data-handling", "arrived")
    desk.press("c", "ArrowDown", "Enter")
    expect(desk.part("empty")).to_be_visible()
    assert desk.complaints == []
    desk.close()


def test_a_missing_step_is_asked_for_in_the_closing_dialog(platform: Platform, loud: Browser) -> None:
    username, password = next(iter(platform.passwords().items()))
    desk = DeskPage(loud, platform.backend.url)
    desk.log_in(username, password)
    alert = _press(platform, "first")["outcomes"][0]["alert_id"]
    desk.expect_card(alert)
    expect(desk.part("next-step")).to_contain_text("后通知下一批")
    desk.press("a")
    expect(desk.row(alert)).to_have_attribute("data-handling", "accepted")
    expect(desk.part("escalation")).to_contain_text("前有所动作")
    desk.press("c")
    desk.page.get_by_label("设备误报").check()
    desk.press("Enter")
    steps = desk.part("standing-steps")
    expect(steps).to_contain_text("通过终端与老人通话")
    send = desk.page.get_by_role("button", name="确定（回车）")
    expect(send).to_be_disabled()
    steps.get_by_label("无法完成").check()
    expect(send).to_be_disabled()
    steps.get_by_label("为什么无法完成").fill("终端被水泡坏")
    desk.press("Enter")
    expect(desk.part("empty")).to_be_visible()
    with platform.browser(username) as browser:
        told = browser.get(f"/api/v1/alerts/{alert}").json()["timeline"]
    assert [entry["reason"] for entry in told if entry["kind"] == "script_step"] == ["终端被水泡坏"]
    desk.close()


def test_who_hands_an_alert_over_stays_on_it_and_it_rings_again(platform: Platform, loud: Browser) -> None:
    username, password = next(iter(platform.passwords().items()))
    desk = DeskPage(loud, platform.backend.url)
    desk.log_in(username, password)
    alert = _press(platform, "first")["outcomes"][0]["alert_id"]
    desk.expect_card(alert)
    desk.press("a")
    expect(desk.row(alert)).to_have_attribute("data-handling", "accepted")
    desk.press("t")
    desk.page.keyboard.type("夜班")
    desk.press("Enter")
    expect(desk.part("timeline").locator("li[data-kind=handed_over]")).to_contain_text("转交")
    expect(desk.row(alert).get_by_test_id("holder")).to_have_text("我")
    assert desk.complaints == []
    desk.close()
