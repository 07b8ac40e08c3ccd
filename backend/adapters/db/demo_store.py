"""The demo district in the database: stored batch by batch, counted, and wiped; `DemoStore` on an engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, Connection, Engine, Table, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from backend.adapters.db.alarm import alerts
from backend.adapters.db.alarm_store import AlarmSql
from backend.adapters.db.base import metadata
from backend.adapters.db.demo import demo_loads
from backend.adapters.db.demo_rows import account_rows, case_rows
from backend.adapters.db.demo_wipe import of_demo, some_alerts, some_homes, some_places
from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.adapters.db.escalation import books
from backend.adapters.db.organisation import organisations, villages
from backend.adapters.db.registry import contacts, devices, homes, residents
from backend.domain.demo.census import Census, Closed
from backend.domain.demo.district import Batch
from backend.services.alarm.ports import Clock
from backend.services.demo.ports import DemoLoad, LoadState, StoreBusy

_ONLY: Final = "district"
_HERE: Final = demo_loads.c.id == _ONLY
_NO_BOOK: Final = "demo"


@dataclass(frozen=True, slots=True)
class SqlDemoStore:
    """`DemoStore`; each call is a transaction."""

    engine: Engine
    clock: Clock

    def load(self) -> DemoLoad | None:
        with reading(self.engine) as connection:
            row = connection.execute(select(demo_loads).where(_HERE)).mappings().one_or_none()
        if row is None:
            return None
        return DemoLoad(**{**{name: row[name] for name in row if name != "id"}, "state": LoadState(row["state"])})

    def begin(self, load: DemoLoad) -> bool:
        try:
            with _writing(self.engine) as connection:
                connection.execute(insert(demo_loads).values(id=_ONLY, **{**asdict(load), "state": str(load.state)}))
                connection.commit()
        except IntegrityError:
            return False
        return True

    def put(self, batch: Batch, number: int) -> bool:
        with _writing(self.engine) as connection:
            next_one = _HERE & (demo_loads.c.batches == number) & (demo_loads.c.state == str(LoadState.LOADING))
            if not connection.execute(update(demo_loads).where(next_one).values(batches=number + 1)).rowcount:
                return False
            _insert(connection, batch.rows)
            if batch.cases:
                _insert(connection, case_rows(batch.cases, _book(connection)))
            _insert(connection, account_rows(batch.counters))
            connection.commit()
        return True

    def finish(self, state: LoadState) -> None:
        with _writing(self.engine) as connection:
            connection.execute(update(demo_loads).where(_HERE).values(state=str(state)))
            connection.commit()

    def devices(self) -> Sequence[str]:
        query = select(devices.c.id).join(homes, homes.c.id == devices.c.home_id).where(homes.c.demo)
        with reading(self.engine) as connection:
            return connection.scalars(query.order_by(devices.c.id)).all()

    def left(self) -> int:
        with reading(self.engine) as connection:
            counts = [
                connection.scalar(select(func.count()).select_from(alerts).where(of_demo())),
                connection.scalar(select(func.count()).select_from(homes).where(homes.c.demo)),
                connection.scalar(select(func.count()).select_from(villages).where(villages.c.demo)),
                connection.scalar(select(func.count()).select_from(organisations).where(organisations.c.demo)),
            ]
        return sum(filter(None, counts))

    def wipe(self) -> int:
        """Dies anywhere: what is gone is gone with all that refers to it, and another call goes on."""
        with _writing(self.engine) as connection:
            taken = some_alerts(connection)
            taken = taken or some_homes(connection, AlarmSql(connection, self.clock, is_sqlite(self.engine)))
            taken = taken or some_places(connection)
            if not taken:
                connection.execute(delete(demo_loads).where(_HERE))
            connection.commit()
        return taken

    def census(self) -> Census:
        load = self.load()
        if load is None:
            raise LookupError("no demo district")
        zone = ZoneInfo(load.time_zone)
        ended_at = load.made_at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        with reading(self.engine) as connection:
            rows = {table.name: _all(connection, query) for table, query in _COUNTED.items()}
            past = connection.execute(
                select(alerts.c.outcome, alerts.c.received_at, alerts.c.accepted_at, alerts.c.first_voice_at).where(
                    of_demo(), alerts.c.received_at < ended_at
                )
            )
            found = [Closed(*row) for row in past]
        return Census(load.made_at, load.made_at.astimezone(zone).date(), load.days, rows, found)


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    try:
        with writing(engine) as connection:
            yield connection
    except (OperationalError, PoolTimeoutError) as busy:
        # What the database says; with parameters hidden it holds nothing of a row.
        raise StoreBusy(str(getattr(busy, "orig", busy)).partition("\n")[0]) from busy


def _book(connection: Connection) -> str:
    """The escalation policies in force: so an alert of the past is shown with what their steps are called."""
    newest = select(books.c.digest).order_by(books.c.loaded_at.desc()).limit(1)
    return connection.scalar(newest) or _NO_BOOK


def _insert(connection: Connection, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    for name, every in rows.items():
        for alike in _alike(metadata.tables[name], every):
            connection.execute(insert(metadata.tables[name]), alike)


def _alike(table: Table, rows: Iterable[Mapping[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    """Rows with the same columns together. JSON that is None is left out: it would become the JSON `null`."""
    json = {column.name for column in table.c if isinstance(column.type, JSON)}
    groups: dict[frozenset[str], list[dict[str, Any]]] = {}
    for row in rows:
        kept = {name: value for name, value in row.items() if value is not None or name not in json}
        groups.setdefault(frozenset(kept), []).append(kept)
    return groups.values()


_IN_DEMO: Final = select(homes.c.id).where(homes.c.demo)
_COUNTED: Final = {
    organisations: select(organisations).where(organisations.c.demo),
    villages: select(villages).where(villages.c.demo),
    homes: select(homes).where(homes.c.demo),
    residents: select(residents).where(residents.c.home_id.in_(_IN_DEMO)),
    contacts: select(contacts).where(contacts.c.home_id.in_(_IN_DEMO)),
    devices: select(devices).where(devices.c.home_id.in_(_IN_DEMO)),
}


def _all(connection: Connection, query: Any) -> list[Mapping[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]
