"""The same seed again changes nothing, another one is refused, and one that was broken off goes on where it was."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, update

from backend.adapters.db.demo import demo_loads
from backend.adapters.db.engine import writing
from backend.domain.demo.district import make_district
from backend.services.demo.load import Loaded
from backend.services.demo.ports import DemoLoad, LoadState
from tests.harness.clock import ManualClock
from tests.harness.demo import DAYS, SMALL, ZONE, DemoDistrict, contents, plan


def test_twice_is_once(database: Engine, demo: DemoDistrict, clock: ManualClock) -> None:
    assert demo.load() is Loaded.DONE
    first = contents(database)
    clock.turn(timedelta(days=2))
    assert demo.load() is Loaded.ALREADY
    assert contents(database) == first


def test_another_one_is_refused(database: Engine, demo: DemoDistrict) -> None:
    demo.load()
    first = contents(database)
    assert demo.load(seed=8) is Loaded.ANOTHER
    assert demo.load(homes=SMALL + 1) is Loaded.ANOTHER
    assert contents(database) == first


def test_one_that_is_half_wiped_is_not_loaded(demo: DemoDistrict) -> None:
    demo.load()
    demo.store.finish(LoadState.WIPING)
    assert demo.load() is Loaded.WIPING


def test_broken_off_it_goes_on_and_is_the_same(database: Engine, demo: DemoDistrict, clock: ManualClock) -> None:
    batches = list(make_district(plan()))
    demo.store.begin(DemoLoad(7, SMALL, DAYS, clock.now(), ZONE.key))
    for number, batch in enumerate(batches[:9]):
        assert demo.store.put(batch, number)
    clock.turn(timedelta(hours=5))
    assert demo.load() is Loaded.DONE
    broken_off = _without_ids(contents(database))
    demo.wipe()
    clock.turn(timedelta(hours=-5))
    demo.load()
    assert _without_ids(contents(database)) == broken_off


def _without_ids(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Rows without the number that the database gives them, which is never given twice."""
    return {name: sorted(row.split(", ", 1)[1] for row in rows) for name, rows in found.items() if name != "demo_loads"}


def test_two_that_load_at_once_store_each_batch_once(database: Engine, demo: DemoDistrict, clock: ManualClock) -> None:
    batch, second = list(make_district(plan()))[:2]
    assert demo.store.begin(DemoLoad(7, SMALL, DAYS, clock.now(), ZONE.key))
    assert not demo.store.begin(DemoLoad(7, SMALL, DAYS, clock.now(), ZONE.key))
    assert demo.store.put(batch, 0)
    assert not demo.store.put(batch, 0)
    with writing(database) as connection:
        connection.execute(update(demo_loads).values(state="wiping"))
        connection.commit()
    assert not demo.store.put(second, 1)


def test_each_batch_is_followed_by_a_rest(demo: DemoDistrict, tmp_path: Path) -> None:
    demo.load()
    assert len(demo.rests) == len(list(make_district(plan())))
    assert tmp_path.joinpath("telemetry.sqlite").exists()


def test_show_counts_what_is_there(demo: DemoDistrict) -> None:
    assert demo.show() is None
    demo.load()
    shown = demo.show()
    assert shown is not None
    figures = {line.label.en: line for line in shown.lines}
    assert figures["Homes"].found == SMALL
    assert figures["Terminals"].met
    places_and_people = [line for name, line in figures.items() if "Accepted" not in name and "voice" not in name]
    assert [line.label.en for line in places_and_people if not line.met] == []
