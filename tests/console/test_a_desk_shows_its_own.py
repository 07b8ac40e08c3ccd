"""An operator of a centre sees its alerts and those offered to it, on the list and on the stream; no others."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.console.real_district import RealDistrict

pytestmark = pytest.mark.browser


def test_only_alerts_of_the_own_organisation_and_those_below_it(district: RealDistrict, loud: Browser) -> None:
    listed = district.press(2)
    district.give_to_town(home=0, username="op2")
    town = district.desk(loud, username="op2")
    everything = district.desk(loud)
    elsewhere, own = district.press(1), district.press(0)
    expect(everything.row(elsewhere)).to_be_visible()
    expect(everything.row(listed)).to_be_visible()
    expect(town.row(own)).to_be_visible()
    town.expect_card(own)
    expect(town.part("escalation")).to_contain_text("衢山镇")
    expect(town.row(elsewhere)).to_have_count(0)
    expect(town.row(listed)).to_have_count(0)
    town.close()
    everything.close()
