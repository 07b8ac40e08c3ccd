"""`Cover` on both databases: who a step's target is at a moment, and why somebody is left out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from backend.adapters.db.cover import SqlCover
from backend.domain.escalation.targets import (
    Channel,
    ContactRole,
    DutyRole,
    Level,
    Nobody,
    Reach,
    ResponderKind,
    Target,
    TargetKind,
)
from backend.services.escalation.ports import Scene
from tests.harness.district import District

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""A Monday, 12:00 in Shanghai."""
EVENING = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SCENE = Scene("a1", "home", "near")
DESK = Target(TargetKind.DESK)
Covers = Callable[[], SqlCover]


def names(reach: Reach) -> list[str]:
    return [recipient.name for recipient in reach.recipients]


def test_operators_on_the_roster_are_told_whatever_channels_they_have(district: District, cover: Covers) -> None:
    for operator in ("wang", "li"):
        district.person(operator, "near", "operator", reached=False)
    district.point("li", verified=False)
    district.roster("r", "near", "operator", ("wang", "li"))
    reach = cover().reach(DESK, SCENE, NOON)
    assert (names(reach), reach.desks, reach.nobody) == (["wang"], ("near",), None)
    assert reach.recipients[0].role is DutyRole.OPERATOR
    assert reach.recipients[0].organisation_id == "near"
    assert names(cover().reach(DESK, SCENE, NOON + timedelta(days=1))) == ["li"]


def test_without_a_roster_the_operators_with_accounts_serve_in_opening_hours(district: District, cover: Covers) -> None:
    district.account("acc1")
    district.account("acc2", disabled=True)
    district.person("wang", "near", "operator", staff_id="acc1")
    district.person("li", "near", "operator", staff_id="acc2")
    district.person("chen", "near", "operator")
    district.person("wu", "near", "operator", staff_id="acc1", active=False)
    assert names(cover().reach(DESK, SCENE, NOON)) == ["wang"]


def test_an_account_without_a_person_sits_at_its_desk_or_at_the_districts(district: District, cover: Covers) -> None:
    district.account("near-op", organisation_id="near")
    district.account("op1")
    district.account("boss", role="administrator")
    assert names(cover().reach(DESK, SCENE, NOON)) == ["near-op"]
    assert names(cover().reach(Target(TargetKind.DESK, Level.DISTRICT), SCENE, EVENING)) == ["op1"]


def test_a_closed_desk_is_offered_too_and_so_is_its_night_desk(district: District, cover: Covers) -> None:
    district.person("night", "town", "operator", reached=False)
    district.roster("r", "town", "operator", ("night",))
    reach = cover().reach(DESK, SCENE, EVENING)
    assert (reach.desks, names(reach), reach.nobody) == (("near", "town"), ["night"], None)
    assert reach.recipients[0].organisation_id == "town"


def test_a_desk_with_nobody_on_duty_is_a_desk_all_the_same(district: District, cover: Covers) -> None:
    district.person("wang", "near", "operator")
    district.roster("r", "near", "operator", ("wang",), start=date(2027, 1, 1))
    reach = cover().reach(DESK, SCENE, NOON)
    assert (reach.desks, names(reach), reach.nobody) == (("near",), [], Nobody.NOBODY_ON_DUTY)
    above = cover().reach(Target(TargetKind.DESK, Level.DISTRICT), Scene("a1", None, None), EVENING)
    assert (above.desks, above.nobody) == (("district",), Nobody.NOBODY_ON_DUTY)


@pytest.mark.parametrize(
    ("level", "organisation", "desks"),
    [
        (Level.SIBLINGS, "near", ("far",)),
        (Level.PARENT, "near", ("town",)),
        (Level.DISTRICT, "near", ("district",)),
        (Level.CENTRE, None, ("district",)),
        (Level.PARENT, None, ()),
        (Level.SIBLINGS, None, ()),
        (Level.CENTRE, "gone", ()),
    ],
)
def test_levels_are_seen_from_the_responsible_centre(
    district: District, cover: Covers, level: Level, organisation: str | None, desks: tuple[str, ...]
) -> None:
    reach = cover().reach(Target(TargetKind.DESK, level), Scene("a1", None, organisation), NOON)
    assert reach.desks == desks
    assert reach.nobody is (Nobody.NOBODY_ON_DUTY if desks else Nobody.NO_SUCH_ORGANISATION)


def test_on_duty_leaves_out_whom_nothing_reaches(district: District, cover: Covers) -> None:
    district.person("a", "near", "manager")
    district.person("b", "near", "manager", reached=False)
    district.person("c", "near", "manager", reached=False)
    district.point("c", disabled_at=NOON, disabled_reason="number_unknown")
    district.person("d", "near", "manager", active=False)
    district.person("e", "near", "responder")
    district.roster("r", "near", "manager", ("a",), ("b",), ("c",), ("d",), ("e",))
    reach = cover().reach(Target(TargetKind.ON_DUTY, role=DutyRole.MANAGER), SCENE, NOON)
    assert names(reach) == ["a"]
    assert reach.recipients[0].contact_points == ("a.sms",)
    assert sorted(reach.left_out) == [
        ("b", Nobody.NO_VERIFIED_CHANNEL),
        ("c", Nobody.NO_VERIFIED_CHANNEL),
        ("d", Nobody.NOBODY_ON_DUTY),
        ("e", Nobody.NOBODY_ON_DUTY),
    ]


def test_a_channel_that_is_asked_for_must_be_theirs(district: District, cover: Covers) -> None:
    district.person("a", "near", "manager")
    district.point("a", "wecom", position=1)
    everything = cover().reach(Target(TargetKind.ON_DUTY, role=DutyRole.MANAGER), SCENE, NOON)
    assert everything.recipients[0].contact_points == ("a.sms", "a.wecom")
    one = cover().reach(Target(TargetKind.ON_DUTY, role=DutyRole.MANAGER, channels=(Channel.WECOM,)), SCENE, NOON)
    assert one.recipients[0].contact_points == ("a.wecom",)
    none = cover().reach(Target(TargetKind.ON_DUTY, role=DutyRole.MANAGER, channels=(Channel.NTFY,)), SCENE, NOON)
    assert (none.nobody, none.left_out) == (Nobody.NO_VERIFIED_CHANNEL, (("a", Nobody.NO_VERIFIED_CHANNEL),))


def test_overrides_and_holidays_count(district: District, cover: Covers) -> None:
    for person in ("a", "b", "c"):
        district.person(person, "near", "manager")
    district.roster("r", "near", "manager", ("a",))
    district.override("r", "replace", NOON, NOON + timedelta(hours=1), person_id="b", replaced_id="a")
    district.holiday("r", date(2026, 11, 24), "c")
    target = Target(TargetKind.ON_DUTY, role=DutyRole.MANAGER)
    found = [names(cover().reach(target, SCENE, NOON + timedelta(hours=hours))) for hours in (-1, 0, 1, 24)]
    assert found == [["a"], ["b"], ["a"], ["c"]]


def test_contacts_are_told_in_order_and_never_those_who_must_not_be(district: District, cover: Covers) -> None:
    district.home("home")
    district.contact("night-owl", "home", 1, hours={"mon": [["20:00", "22:00"]]})
    district.contact("son", "home", 2, minutes_away=15)
    district.contact("stranger", "home", 3, role="never")
    district.contact("stale", "home", 4, reached=False)
    district.contact("aunt", "home", 5, role="inform_only")
    reach = cover().reach(Target(TargetKind.CONTACTS), SCENE, NOON)
    assert names(reach) == ["son", "aunt", "night-owl"], "out of hours last"
    assert [recipient.role for recipient in reach.recipients] == [DutyRole.RESPONDER, None, DutyRole.RESPONDER]
    assert reach.recipients[0].minutes_away == 15
    assert reach.left_out == (("stale", Nobody.NO_VERIFIED_CHANNEL),)
    only = cover().reach(Target(TargetKind.CONTACTS, contact_roles=(ContactRole.NEVER,)), SCENE, NOON)
    assert only.nobody is Nobody.NO_CONTACTS
    assert cover().reach(Target(TargetKind.CONTACTS), Scene("a", None, None), NOON).nobody is Nobody.NO_CONTACTS


def test_responders_come_nearest_first_with_minutes(district: District, cover: Covers) -> None:
    district.home("home", latitude=30.0, longitude=122.0)
    district.person("far-away", "near", latitude=30.1, longitude=122.0, responder_kind="volunteer")
    district.person("next-door", "near", latitude=30.001, longitude=122.0, responder_kind="volunteer")
    district.person("somewhere", "near", responder_kind="volunteer")
    district.person("mute", "near", latitude=30.0, longitude=122.0, reached=False, responder_kind="volunteer")
    district.person("rescuer", "district", latitude=30.05, longitude=122.0, responder_kind="rescue")
    reach = cover().reach(Target(TargetKind.RESPONDERS), SCENE, NOON)
    assert [(each.name, each.minutes_away) for each in reach.recipients] == [
        ("next-door", 2),
        ("far-away", 34),
        ("somewhere", None),
    ]
    assert reach.left_out == (("mute", Nobody.NO_VERIFIED_CHANNEL),)
    two = cover().reach(Target(TargetKind.RESPONDERS, Level.DISTRICT, most=2), SCENE, NOON)
    assert names(two) == ["next-door", "rescuer"], "those of every centre below"
    rescue = Target(TargetKind.RESPONDERS, Level.DISTRICT, responder=ResponderKind.RESCUE)
    assert names(cover().reach(rescue, SCENE, NOON)) == ["rescuer"]


def test_without_a_ferry_those_of_the_island_come_first(district: District, cover: Covers) -> None:
    district.village("v", "near", island="outer", outer_island=True, last_ferry="16:30", latitude=30.0, longitude=122.0)
    district.village("w", "far", island="main", latitude=30.0, longitude=122.1)
    district.home("home", village_id="v")
    district.person("islander", "near", latitude=30.02, longitude=121.98, responder_kind="volunteer")
    district.person("mainlander", "far", latitude=30.0, longitude=122.09, responder_kind="volunteer")
    district.person("neighbour", "near", latitude=30.0, longitude=121.9, responder_kind="volunteer")
    target = Target(TargetKind.RESPONDERS, Level.PARENT)
    by_day = cover().reach(target, SCENE, NOON)
    assert names(by_day) == ["islander", "mainlander", "neighbour"]
    by_night = cover().reach(target, SCENE, EVENING)
    assert names(by_night) == ["islander", "neighbour", "mainlander"]
    assert by_night.recipients[2].minutes_away is None, "nobody knows how long the sea takes"


def test_responders_serve_by_roster_or_by_the_rule_for_those_without(district: District, cover: Covers) -> None:
    district.person("staff", "near", responder_kind="centre_staff")
    district.person("volunteer", "near", responder_kind="volunteer")
    district.person("rostered", "near", responder_kind="volunteer")
    district.person("off-duty", "near", responder_kind="volunteer")
    district.roster("r", "near", "responder", ("rostered", "off-duty"))
    target = Target(TargetKind.RESPONDERS)
    assert sorted(names(cover().reach(target, SCENE, NOON))) == ["rostered", "staff", "volunteer"]
    assert sorted(names(cover().reach(target, SCENE, EVENING))) == ["rostered", "volunteer"]


def test_a_work_order_is_somebody_elses_business(district: District, cover: Covers) -> None:
    assert cover().reach(Target(TargetKind.WORK_ORDER), SCENE, NOON).nobody is Nobody.NO_PROVIDER


def test_hours_risk_and_centre_of_a_home(district: District, cover: Covers) -> None:
    district.home("home", organisation_id="near")
    district.home("other")
    district.resident("gone", "home", risk="high", status="moved")
    assert cover().home_risk("home") == "normal"
    district.resident("here", "home", risk="high")
    found = cover()
    assert [found.home_risk(home) for home in ("home", "other", None)] == ["high", "normal", "normal"]
    assert [found.centre_of(home) for home in ("home", "other", None)] == ["near", "district", "district"]
    assert [found.centre_open("near", at) for at in (NOON, EVENING)] == [True, False]
    assert found.centre_open(None, EVENING)


def test_a_channel_by_which_nothing_can_leave_covers_nobody(district: District, connection: Connection) -> None:
    district.person("chen", "near", "responder")
    district.home("home")
    district.contact("daughter", "home", 1)
    zone = ZoneInfo("Asia/Shanghai")
    for target in (Target(TargetKind.RESPONDERS), Target(TargetKind.CONTACTS)):
        assert SqlCover(connection, zone, {Channel.SMS}).reach(target, SCENE, NOON).recipients
        reach = SqlCover(connection, zone, {Channel.EMAIL}).reach(target, SCENE, NOON)
        assert (reach.recipients, reach.nobody) == ((), Nobody.NO_VERIFIED_CHANNEL)
