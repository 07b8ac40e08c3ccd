"""How somebody is erased: names replaced in what has to be kept, everything else blanked or deleted, at one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, RowMapping, String, Table, and_, delete, insert, select, update

from backend.adapters.db.alarm import alerts
from backend.adapters.db.audit_log_store import put_entries
from backend.adapters.db.engine import writing
from backend.adapters.db.home_secrets import home_secrets
from backend.adapters.db.people import contact_points
from backend.adapters.db.privacy import consents, erasures
from backend.adapters.db.privacy_rows import alert_ids, tables_about, text_columns
from backend.adapters.db.registry import contacts, devices, homes, residents
from backend.adapters.db.registry_records import addresses, history
from backend.domain.audit_log.entry import Entry
from backend.domain.privacy.pseudonym import replaced
from backend.services.privacy.ports import Erased, StillThere
from contract.vocabulary import Handling

GONE: Final = ("moved", "deceased")
STANDS_THERE: Final = ("enrolled", "installed", "suspended")
NO_ADDRESS: Final = "—"


@dataclass(frozen=True, slots=True)
class ErasureSqlStore:
    """`ErasureStore` on an engine."""

    engine: Engine

    def erase(self, resident_id: str, pseudonym: str, now: datetime, entry: Entry) -> Erased | StillThere | None:
        with writing(self.engine) as connection:
            done = connection.execute(select(erasures).where(erasures.c.resident_id == resident_id)).one_or_none()
            if done is not None:
                return Erased(resident_id, done.pseudonym, done.at, done.rows)
            query = select(residents).where(residents.c.id == resident_id)
            person = connection.execute(query).mappings().one_or_none()
            if person is None:
                return None
            work = _Erasure(connection, person, pseudonym)
            if (still := work.still_there()) is not None:
                return still
            work.run()
            rows = dict(work.changed)
            connection.execute(insert(erasures).values(resident_id=resident_id, pseudonym=pseudonym, at=now, rows=rows))
            put_entries(connection, [entry])
            connection.commit()
            return Erased(resident_id, pseudonym, now, rows)


class _Erasure:
    """One of them, inside its transaction."""

    def __init__(self, connection: Connection, person: RowMapping, pseudonym: str) -> None:
        self._db = connection
        self._person = person
        self._home_id: str = person["home_id"]
        self._pseudonym = pseudonym
        here = residents.c.home_id == self._home_id
        others = select(residents.c.status).where(here, residents.c.id != person["id"])
        self._last = all(status in GONE for status in connection.scalars(others))
        self.changed: Counter[str] = Counter()

    def still_there(self) -> StillThere | None:
        """What stands in the way: as long as somebody may press, whoever answers must know who and where."""
        if self._person["status"] not in GONE:
            return StillThere.SERVED
        open_ones = select(alerts.c.id).where(alerts.c.home_id == self._home_id)
        if self._db.scalar(open_ones.where(alerts.c.handling != str(Handling.CLOSED)).limit(1)) is not None:
            return StillThere.OPEN_ALERT
        there = select(devices.c.id).where(devices.c.home_id == self._home_id, devices.c.state.in_(STANDS_THERE))
        if self._last and self._db.scalar(there.limit(1)) is not None:
            return StillThere.DEVICES
        return None

    def run(self) -> None:
        names = self._names()
        for table, rows in tables_about(self._person["id"], self._home_id, alert_ids(self._db, self._home_id)):
            self._rename(table, rows, names)
        self._blank_person()
        if self._last:
            self._blank_home()

    def _names(self) -> list[str]:
        """What leads to them: in texts of a shared home the other's name, and the address, stay."""
        found = [self._person["name"], self._person["phone"]]
        if self._last:
            home = self._db.execute(select(homes).where(homes.c.id == self._home_id)).mappings().one()
            found += [home[column] for column in ("label", "address", "landmark", "entry", "phone")]
            for table, columns in ((contacts, ("name", "phone")), (addresses, ("address", "landmark"))):
                query = select(*(table.c[column] for column in columns)).where(table.c.home_id == self._home_id)
                found += [value for row in self._db.execute(query) for value in row]
        return [name for name in found if name]

    def _rename(self, table: Table, rows: Any, names: Sequence[str]) -> None:
        columns = text_columns(table)
        key = list(table.primary_key.columns)
        if not columns or not key:
            return
        for row in self._db.execute(select(table).where(rows)).mappings().all():
            fresh = {name: replaced(row[name], names, self._pseudonym) for name in columns}
            differing = {name: _fitting(value, columns[name]) for name, value in fresh.items() if value != row[name]}
            if differing:
                here = and_(*(column == row[column.name] for column in key))
                self._db.execute(update(table).where(here).values(differing))
                self.changed[table.name] += 1

    def _blank_person(self) -> None:
        normal = dict.fromkeys(("hearing", "speech", "cognition", "risk"), "normal")
        nothing = dict.fromkeys(("birth_year", "dialect", "conditions", "medicines", "phone"))
        values = {"name": self._pseudonym, "lives_alone": False, **normal, **nothing}
        self._db.execute(update(residents).where(residents.c.id == self._person["id"]).values(values))
        self.changed[residents.name] += 1
        self._delete(history, and_(history.c.subject == "resident", history.c.subject_id == self._person["id"]))
        given = update(consents).where(consents.c.resident_id == self._person["id"])
        self._db.execute(given.values(guardian=None, relation=None, document=None))

    def _blank_home(self) -> None:
        here = self._home_id
        nothing = dict.fromkeys(("landmark", "entry", "phone", "latitude", "longitude", "hazards", "key_kind"))
        values = {"label": self._pseudonym, "address": NO_ADDRESS, **nothing}
        self._db.execute(update(homes).where(homes.c.id == here).values(values))
        self.changed[homes.name] += 1
        own = select(contacts.c.id).where(contacts.c.home_id == here)
        points = and_(contact_points.c.owner_kind == "contact", contact_points.c.owner_id.in_(own))
        self._delete(contact_points, points)
        self._delete(history, and_(history.c.home_id == here, history.c.subject != "device"))
        for table in (contacts, home_secrets, addresses):
            self._delete(table, table.c.home_id == here)

    def _delete(self, table: Table, rows: Any) -> None:
        self.changed[table.name] += self._db.execute(delete(table).where(rows)).rowcount


def _fitting(value: Any, kind: Any) -> Any:
    """A pseudonym may be longer than the name was, and a column is only so wide."""
    return value[: kind.length] if isinstance(value, str) and isinstance(kind, String) and kind.length else value
