"""Staff, sessions and counted log-ins in the relational database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.adapters.db.identity import login_attempts, sessions, staff
from backend.services.identity.actor import StaffRole
from backend.services.identity.ports import Attempts, AttemptsTransaction, OpenSession, StaffAccount

_FIRST_STAFF_KEY: Final = 0x73746166  # "staf"


class SqlIdentityStore:
    """`IdentityStore` on SQLAlchemy."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def staff_by_username(self, username: str) -> StaffAccount | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(staff).where(staff.c.username == username)).first()
        return _account(row) if row is not None else None

    def add_first_staff(self, make: Callable[[], Sequence[StaffAccount]], now: datetime) -> bool:
        with writing(self._engine) as connection:
            if not is_sqlite(self._engine):
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FIRST_STAFF_KEY})
            if connection.scalar(select(func.count()).select_from(staff)):
                return False
            connection.execute(insert(staff), [_row(account, now) for account in make()])
            connection.commit()
        return True

    def replace_password(self, username: str, password_hash: str) -> bool:
        with writing(self._engine) as connection:
            found = connection.scalar(select(staff.c.id).where(staff.c.username == username))
            if found is None:
                return False
            connection.execute(update(staff).where(staff.c.id == found).values(password_hash=password_hash))
            connection.execute(delete(sessions).where(sessions.c.staff_id == found))
            connection.commit()
        return True

    def open_session(self, token_sha256: str, staff_id: str, now: datetime, expires_at: datetime) -> None:
        row = {"token_sha256": token_sha256, "staff_id": staff_id, "created_at": now, "expires_at": expires_at}
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
            connection.execute(insert(sessions).values(row))
            connection.commit()

    def session(self, token_sha256: str, now: datetime) -> OpenSession | None:
        query = (
            select(staff, sessions.c.created_at.label("opened_at"), sessions.c.expires_at)
            .join(sessions, sessions.c.staff_id == staff.c.id)
            .where(sessions.c.token_sha256 == token_sha256, sessions.c.expires_at > now, staff.c.disabled.is_(False))
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return OpenSession(_account(row), row.opened_at, row.expires_at) if row is not None else None

    def renew_session(self, token_sha256: str, expires_at: datetime) -> None:
        statement = update(sessions).where(sessions.c.token_sha256 == token_sha256).values(expires_at=expires_at)
        with writing(self._engine) as connection:
            connection.execute(statement)
            connection.commit()

    def close_session(self, token_sha256: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.token_sha256 == token_sha256))
            connection.commit()

    @contextmanager
    def attempts(self) -> Iterator[AttemptsTransaction]:
        with writing(self._engine) as connection:
            yield _SqlAttempts(connection)


class _SqlAttempts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, subject: str, now: datetime) -> Attempts:
        # The row is made before it is locked: PostgreSQL locks no row that is not there.
        insertion = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        row = {"subject": subject, "failures": 0, "last_at": now}
        self._connection.execute(insertion(login_attempts).values(row).on_conflict_do_nothing())
        query = select(login_attempts).where(login_attempts.c.subject == subject).with_for_update()
        found = self._connection.execute(query).one()
        return Attempts(found.failures, found.last_at, found.blocked_until)

    def put(self, subject: str, attempts: Attempts) -> None:
        values = {
            "failures": attempts.failures,
            "last_at": attempts.last_at,
            "blocked_until": attempts.blocked_until,
        }
        self._connection.execute(update(login_attempts).where(login_attempts.c.subject == subject).values(values))

    def forget(self, subject: str) -> None:
        self._connection.execute(delete(login_attempts).where(login_attempts.c.subject == subject))

    def forget_before(self, moment: datetime) -> None:
        self._connection.execute(delete(login_attempts).where(login_attempts.c.last_at < moment))

    def commit(self) -> None:
        self._connection.commit()


def _account(row: Row[Any]) -> StaffAccount:
    return StaffAccount(
        id=row.id,
        username=row.username,
        name=row.name,
        role=StaffRole(row.role),
        locale=row.locale,
        password_hash=row.password_hash,
        disabled=row.disabled,
        organisation_id=row.organisation_id,
    )


def _row(account: StaffAccount, now: datetime) -> dict[str, Any]:
    return {
        "id": account.id,
        "username": account.username,
        "name": account.name,
        "role": account.role.value,
        "locale": account.locale,
        "password_hash": account.password_hash,
        "disabled": account.disabled,
        "organisation_id": account.organisation_id,
        "created_at": now,
    }
