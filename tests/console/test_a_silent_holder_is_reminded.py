"""The lease of an alert in hand counts down, is warned of by sight and sound at two thirds, and a note renews it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from backend.domain.alert.lease import EN_ROUTE_GRACE, ON_SITE, SPANS
from contract.times import format_time
from tests.console.conftest import CONSOLE
from tests.console.desk_page import DeskPage
from tests.fakes.console_backend import STAFF, FakeBackend

pytestmark = pytest.mark.browser


def _held(fake: FakeBackend, left: timedelta) -> str:
    alert = fake.desk.press(home=0)
    fake.desk.accept(alert, STAFF)
    _lease(fake, alert, left)
    return alert


def _lease(fake: FakeBackend, alert: str, left: timedelta) -> None:
    fake.desk.alerts[alert]["lease_until"] = format_time(fake.desk.now() + left)
    fake.desk.confirm(alert)  # any change: the row comes over the stream


def test_it_counts_down_warns_and_is_quiet_again_after_a_note(fake: FakeBackend, desk: DeskPage) -> None:
    alert = _held(fake, timedelta(seconds=102))
    lease = desk.part("lease")
    expect(lease).to_have_attribute("data-warned", "false")
    expect(desk.row(alert)).to_contain_text(re.compile(r"剩 1:\d\d"))
    expect(lease).to_have_attribute("data-warned", "true")
    expect(lease).to_contain_text("否则重新响铃")
    assert desk.played(f"lease:{alert}")["severity"] == "reminder"
    _lease(fake, alert, timedelta(minutes=5))
    expect(lease).to_have_attribute("data-warned", "false")


def test_the_spans_are_those_of_the_backend() -> None:
    text = (CONSOLE / "src" / "desk" / "lease.ts").read_text(encoding="utf-8")
    shown = {name: int(seconds) for name, seconds in re.findall(r"(\w+): (\d+)", text)}
    spans = {str(severity): span for severity, span in SPANS.items()}
    wanted = {**spans, "en_route_grace": EN_ROUTE_GRACE, "on_site": ON_SITE}
    assert {name: shown[name] for name in wanted} == {name: int(span.total_seconds()) for name, span in wanted.items()}
