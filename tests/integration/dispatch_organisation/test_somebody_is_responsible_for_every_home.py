"""The reader that other parts use: routing, hours and neighbours, in the transaction of whoever asks."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine, insert

from backend.adapters.db.engine import writing
from backend.adapters.db.organisation import catchments, organisations, villages
from backend.adapters.db.organisation_reader import OrganisationReader
from backend.adapters.db.registry import homes
from backend.domain.organisation.routing import Route

ZONE = ZoneInfo("Asia/Shanghai")
DAY_HOURS = {"mon": [["08:00", "17:00"]], "tue": [["08:00", "17:00"]]}
MONDAY_NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MONDAY_EVENING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def _district(connection: Connection) -> None:
    rows = [
        ("town-a", "district", "town", None, False),
        ("centre-1", "town-a", "village", DAY_HOURS, False),
        ("centre-2", "town-a", "village", None, True),
        ("centre-3", "town-a", "village", None, False),
        ("house-1", "town-a", "institution", None, False),
    ]
    for id_, parent, kind, hours, disabled in rows:
        connection.execute(
            insert(organisations).values(
                id=id_, parent_id=parent, kind=kind, name=id_, hours=hours, provides=[], disabled=disabled
            )
        )
    connection.execute(insert(villages).values([{"id": "v1", "name": "东村", "town_id": "town-a"}]))
    connection.execute(insert(villages).values([{"id": "v2", "name": "西村", "town_id": "town-a"}]))
    serving = [("centre-2", "v1", 0), ("centre-1", "v1", 1), ("centre-3", "v1", 2)]
    for organisation, village, position in serving:
        connection.execute(
            insert(catchments).values(organisation_id=organisation, village_id=village, position=position)
        )
    places = {
        "own": ("centre-3", "v1"),
        "own-disabled": ("centre-2", None),
        "by-village": (None, "v1"),
        "by-town": (None, "v2"),
        "nowhere": (None, None),
        "dangling": ("gone", "gone"),
    }
    for home, (organisation, village) in places.items():
        connection.execute(
            insert(homes).values(id=home, label=home, address="-", organisation_id=organisation, village_id=village)
        )


@pytest.fixture
def reader(database: Engine):
    with writing(database) as connection:
        _district(connection)
        yield OrganisationReader(connection)


@pytest.mark.parametrize(
    ("home", "organisation", "route"),
    [
        ("own", "centre-3", Route.OWN),
        ("own-disabled", "town-a", Route.TOWN),
        ("by-village", "centre-1", Route.CATCHMENT),
        ("by-town", "town-a", Route.TOWN),
        ("nowhere", "district", Route.DISTRICT),
        ("dangling", "district", Route.DISTRICT),
        ("unknown-home", "district", Route.DISTRICT),
        (None, "district", Route.DISTRICT),
    ],
)
def test_a_home_has_a_centre_and_a_reason(
    reader: OrganisationReader, home: str | None, organisation: str, route: Route
) -> None:
    chosen = reader.route(home)
    assert (chosen.organisation_id, chosen.route) == (organisation, route)
    assert reader.centre_of(home) == organisation


def test_hours_are_read_in_local_time(reader: OrganisationReader) -> None:
    assert reader.open_now("centre-1", MONDAY_NOON, ZONE)
    assert not reader.open_now("centre-1", MONDAY_EVENING, ZONE)
    assert reader.open_now("centre-3", MONDAY_EVENING, ZONE)
    assert not reader.open_now("centre-2", MONDAY_NOON, ZONE), "disabled is closed"
    assert not reader.open_now("gone", MONDAY_NOON, ZONE)
    assert reader.open_now(None, MONDAY_EVENING, ZONE)
    assert reader.open_now("district", MONDAY_EVENING, ZONE)


def test_neighbours_leave_out_what_is_disabled(reader: OrganisationReader) -> None:
    assert reader.ancestors("centre-1") == ("town-a", "district")
    assert reader.siblings("centre-1") == ("centre-3", "house-1")
    assert reader.siblings("district") == ()
    assert set(reader.subtree("town-a")) == {"town-a", "centre-1", "centre-2", "centre-3", "house-1"}
    assert reader.night_of("centre-1") == "town-a"
    assert reader.night_of("district") == "district"
    assert reader.district_id == "district"
