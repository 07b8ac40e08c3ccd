"""Imports of devices on SQLAlchemy: many rows in few statements, so that no press waits for long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.adapters.db.registry import devices, homes, residents
from backend.adapters.db.registry_devices import device_row
from backend.adapters.db.registry_history import MakeOrders, RegistrySql
from backend.adapters.db.registry_homes import HOME, home_row, resident_row, to_home
from backend.adapters.db.registry_records import batches, claims
from backend.adapters.db.registry_store import VOID, listed, to_device
from backend.domain.registry.history import Who
from backend.domain.registry.household import HomeRecord, ResidentRecord
from backend.services.alarm.ports import Clock
from backend.services.registry.import_devices import ImportTransaction
from backend.services.registry.plan_devices import NewClaim, Standing, home_id_of
from backend.services.registry.ports import ListedDevice
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused

PORTION: Final = 500
"""So many values stand in one question."""
_IMPORT_LOCK: Final = 0x696D706F  # "impo"


class ImportSql(RegistrySql):
    """`ImportTransaction` on one connection."""

    def __init__(self, connection: Connection, clock: Clock, sqlite: bool, orders: Any) -> None:
        super().__init__(connection, clock, sqlite, orders)
        self._clock = clock
        self._sqlite = sqlite

    def standing(self, device_ids: set[str], home_ids: set[str], labels: set[tuple[str, str]]) -> Standing:
        # What is not there yet cannot be locked: two files at once with the same new home take turns.
        if not self._sqlite:
            self._db.execute(select(func.pg_advisory_xact_lock(_IMPORT_LOCK)))
        return _standing(self._db, device_ids, home_ids, labels, lock=True)

    def add_homes(self, wanted: Sequence[HomeRecord], organisation_id: str | None) -> None:
        if wanted:
            rows = [home_row(replace(home, organisation_id=organisation_id)) for home in wanted]
            self._db.execute(insert(homes), rows)

    def add_residents(self, wanted: Sequence[ResidentRecord]) -> None:
        if wanted:
            self._db.execute(insert(residents), [resident_row(person) for person in wanted])

    def add_devices(self, wanted: Sequence[ListedDevice]) -> None:
        if wanted:
            rows = [{**_whole(device), "secret_hash": VOID} for device in wanted]
            self._db.execute(insert(devices), rows)

    def save_devices(self, wanted: Sequence[ListedDevice]) -> None:
        if not wanted:
            return
        names = list(device_row(wanted[0]))
        statement = update(devices).where(devices.c.id == bindparam("of"))
        statement = statement.values({name: bindparam(f"new_{name}") for name in names})
        self._db.execute(
            statement,
            [
                {"of": device.id, **{f"new_{name}": value for name, value in device_row(device).items()}}
                for device in wanted
            ],
        )

    def add_claims(self, wanted: Sequence[tuple[NewClaim, str]], who: Who) -> None:
        if not wanted:
            return
        now = self._clock.now()
        named = {claim.batch_id for claim, _ in wanted}
        known = set(self._db.scalars(select(batches.c.id).where(batches.c.id.in_(named))))
        fresh = [
            {"id": batch, "label": batch, "created_at": now, "created_by": who.id} for batch in sorted(named - known)
        ]
        if fresh:
            self._db.execute(insert(batches), fresh)
        rows = [
            {
                "device_id": claim.device_id,
                "batch_id": claim.batch_id,
                "kind": claim.kind,
                "model": claim.model,
                "claim_sha256": digest,
            }
            for claim, digest in wanted
        ]
        self._db.execute(insert(claims), rows)


def _whole(device: ListedDevice) -> dict[str, Any]:
    kept = {"id": device.id, "kind": device.kind, "synthetic": device.synthetic, "created_at": device.created_at}
    return {**device_row(device), **kept, "batch_id": device.batch_id}


def _standing(
    db: Connection, device_ids: set[str], home_ids: set[str], labels: set[tuple[str, str]], *, lock: bool = False
) -> Standing:
    found: dict[str, ListedDevice] = {}
    claimed: dict[str, str] = {}
    for portion in _portions(device_ids):
        query = listed().where(devices.c.id.in_(portion))
        if lock:
            query = query.order_by(devices.c.id).with_for_update(of=devices, key_share=True)
        found |= {row.id: to_device(row) for row in db.execute(query)}
        rows = db.execute(select(claims.c.device_id, claims.c.batch_id).where(claims.c.device_id.in_(portion)))
        claimed |= {row.device_id: row.batch_id for row in rows}
    # A home that an import brought has an id of its label and address; one that was made by hand is found by both.
    ids = home_ids | {home_id_of(*pair) for pair in labels} | {one.home_id for one in found.values() if one.home_id}
    where: dict[str, HomeRecord] = {}
    for portion in _portions(ids):
        where |= {row["id"]: to_home(row) for row in db.execute(HOME.where(homes.c.id.in_(portion))).mappings()}
    for portion in _portions({label for label, _ in labels}):
        rows_ = db.execute(HOME.where(homes.c.label.in_(portion)).order_by(homes.c.id.desc())).mappings()
        where |= {row["id"]: to_home(row) for row in rows_ if (row["label"], row["address"]) in labels}
    people: dict[str, set[str]] = {}
    for portion in _portions(set(where)):
        query_ = select(residents.c.home_id, residents.c.name).where(residents.c.home_id.in_(portion))
        for row in db.execute(query_):
            people.setdefault(row.home_id, set()).add(row.name)
    return Standing(found, where, {home: frozenset(names) for home, names in people.items()}, claimed)


def _portions(values: set[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), PORTION):
        yield ordered[start : start + PORTION]


@dataclass(frozen=True, slots=True)
class ImportSqlStore:
    """`ImportStore` on an engine."""

    engine: Engine
    clock: Clock
    orders: MakeOrders

    @contextmanager
    def begin(self) -> Iterator[ImportTransaction]:
        """Raises `RegistryRefused` where somebody enrols one of the same devices meanwhile: try again."""
        try:
            with writing(self.engine) as connection:
                yield ImportSql(connection, self.clock, is_sqlite(self.engine), self.orders(connection))
        except IntegrityError:
            raise RegistryRefused(RegistryRefusal.CONFLICT) from None

    def standing(self, device_ids: set[str], home_ids: set[str], labels: set[tuple[str, str]]) -> Standing:
        with reading(self.engine) as connection:
            return _standing(connection, device_ids, home_ids, labels)
