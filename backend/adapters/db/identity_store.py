"""Staff, sessions and counted log-ins in the relational database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine, delete, func, insert, select, update

from backend.adapters.db.engine import reading, writing
from backend.adapters.db.identity import known_devices, recovery_codes, second_factors, sessions, staff
from backend.adapters.db.identity_rows import account_of, factor_of, row_of
from backend.adapters.db.identity_writing import SqlAttempts, SqlIdentityTransaction, lock_staff, sessions_of, subtree
from backend.adapters.db.organisation_reader import OrganisationReader
from backend.services.identity.ports import StaffAccount
from backend.services.identity.store import (
    AttemptsTransaction,
    Factor,
    IdentityTransaction,
    OpenSession,
    SessionRow,
)


class SqlIdentityStore:
    """`IdentityStore` on SQLAlchemy."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def begin(self) -> Iterator[IdentityTransaction]:
        with writing(self._engine) as connection:
            lock_staff(connection)
            yield SqlIdentityTransaction(connection)

    def staff_by_username(self, username: str) -> StaffAccount | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(staff).where(staff.c.username == username)).first()
        return account_of(row) if row is not None else None

    def every_staff(self) -> list[tuple[StaffAccount, bool]]:
        query = (
            select(staff, second_factors.c.secret.isnot(None).label("has_factor"))
            .outerjoin(second_factors, second_factors.c.staff_id == staff.c.id)
            .order_by(staff.c.username)
        )
        with reading(self._engine) as connection:
            return [(account_of(row), bool(row.has_factor)) for row in connection.execute(query)]

    def subtree(self, organisation_id: str | None) -> frozenset[str] | None:
        with reading(self._engine) as connection:
            return subtree(OrganisationReader(connection), organisation_id)

    def add_first_staff(self, make: Callable[[], Sequence[StaffAccount]], now: datetime) -> bool:
        with writing(self._engine) as connection:
            lock_staff(connection)
            if connection.scalar(select(func.count()).select_from(staff)):
                return False
            connection.execute(insert(staff), [{**row_of(account), "created_at": now} for account in make()])
            connection.commit()
        return True

    def session(self, token_sha256: str, now: datetime) -> OpenSession | None:
        query = (
            select(
                staff,
                sessions.c.created_at.label("opened_at"),
                sessions.c.expires_at,
                second_factors.c.secret.isnot(None).label("has_factor"),
            )
            .join(sessions, sessions.c.staff_id == staff.c.id)
            .outerjoin(second_factors, second_factors.c.staff_id == staff.c.id)
            .where(sessions.c.token_sha256 == token_sha256, sessions.c.expires_at > now, staff.c.disabled.is_(False))
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return OpenSession(account_of(row), row.opened_at, row.expires_at, bool(row.has_factor))

    def sessions(self, staff_id: str, now: datetime) -> list[SessionRow]:
        with reading(self._engine) as connection:
            return sessions_of(connection, staff_id, now)

    def renew_session(self, token_sha256: str, now: datetime, expires_at: datetime) -> None:
        values = {"used_at": now, "expires_at": expires_at}
        with writing(self._engine) as connection:
            connection.execute(update(sessions).where(sessions.c.token_sha256 == token_sha256).values(values))
            connection.commit()

    def close_session(self, token_sha256: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.token_sha256 == token_sha256))
            connection.commit()

    def is_known_device(self, username: str, token_sha256: str, since: datetime) -> bool:
        query = (
            select(staff.c.id)
            .join(known_devices, known_devices.c.staff_id == staff.c.id)
            .where(
                staff.c.username == username,
                known_devices.c.token_sha256 == token_sha256,
                known_devices.c.used_at > since,
            )
        )
        with reading(self._engine) as connection:
            return connection.execute(query).first() is not None

    def factor(self, staff_id: str) -> tuple[Factor, int]:
        left = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.staff_id == staff_id)
        query = select(second_factors).where(second_factors.c.staff_id == staff_id)
        with reading(self._engine) as connection:
            return factor_of(connection.execute(query).first()), int(connection.scalar(left) or 0)

    @contextmanager
    def attempts(self) -> Iterator[AttemptsTransaction]:
        with writing(self._engine) as connection:
            yield SqlAttempts(connection)
