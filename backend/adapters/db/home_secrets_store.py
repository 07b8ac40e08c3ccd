"""How the secrets of homes are read and written on SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, RowMapping, delete, insert, select, tuple_

from backend.adapters.db.alarm import alerts
from backend.adapters.db.answering import assignments
from backend.adapters.db.audit_log_store import put_entries
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.home_secrets import home_secrets
from backend.adapters.db.registry import homes
from backend.domain.answering.model import ON_IT
from backend.domain.audit_log.entry import Entry
from backend.domain.home_secrets.looks import OpenAlert, SecretKind
from backend.services.home_secrets.ports import Kept
from contract.vocabulary import Handling

_KEY: Final = (home_secrets.c.home_id, home_secrets.c.kind)


class SecretSql:
    """`SecretTransaction` on a connection."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self.commit = connection.commit

    def alert(self, alert_id: str) -> OpenAlert | None:
        row = self._db.execute(select(alerts).where(alerts.c.id == alert_id)).one_or_none()
        if row is None:
            return None
        return OpenAlert(row.home_id, row.handling == str(Handling.CLOSED), row.holder_kind, row.holder_id)

    def goes(self, assignment_id: str) -> tuple[str, str, bool] | None:
        row = self._db.execute(select(assignments).where(assignments.c.id == assignment_id)).one_or_none()
        return (row.alert_id, row.recipient_id, row.state in ON_IT) if row is not None else None

    def has_home(self, home_id: str) -> bool:
        return self._db.scalar(select(homes.c.id).where(homes.c.id == home_id)) is not None

    def kept(self, home_id: str) -> Sequence[Kept]:
        query = select(home_secrets).where(home_secrets.c.home_id == home_id).order_by(home_secrets.c.kind)
        return [_kept(row) for row in self._db.execute(query).mappings()]

    def put(self, kept: Kept) -> None:
        self.remove(kept.home_id, kept.kind)
        self._db.execute(
            insert(home_secrets).values(
                home_id=kept.home_id,
                kind=str(kept.kind),
                sealed=kept.sealed,
                updated_at=kept.updated_at,
                updated_by=kept.updated_by,
            )
        )

    def remove(self, home_id: str, kind: SecretKind) -> None:
        here = (home_secrets.c.home_id == home_id) & (home_secrets.c.kind == str(kind))
        self._db.execute(delete(home_secrets).where(here))

    def note(self, entry: Entry) -> None:
        put_entries(self._db, [entry])


@dataclass(frozen=True, slots=True)
class SecretSqlStore:
    """`SecretStore` on an engine."""

    engine: Engine

    @contextmanager
    def begin(self) -> Iterator[SecretSql]:
        with writing(self.engine) as connection:
            yield SecretSql(connection)

    def page(self, after: tuple[str, str], limit: int) -> Sequence[Kept]:
        query = select(home_secrets).where(tuple_(*_KEY) > tuple_(*after)).order_by(*_KEY).limit(limit)
        with reading(self.engine) as connection:
            return [_kept(row) for row in connection.execute(query).mappings()]


def _kept(row: RowMapping) -> Kept:
    return Kept(row["home_id"], SecretKind(row["kind"]), row["sealed"], row["updated_at"], row["updated_by"])
