"""One change to accounts, and one count of log-ins, in the relational database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.adapters.db.identity import (
    known_devices,
    login_attempts,
    recovery_codes,
    second_factors,
    sessions,
    staff,
)
from backend.adapters.db.identity_rows import account_of, factor_of, row_of, session_of
from backend.adapters.db.organisation_reader import OrganisationReader
from backend.services.identity.actor import StaffRole
from backend.services.identity.ports import StaffAccount
from backend.services.identity.store import Attempts, Factor, SessionRow

_STAFF_KEY: Final = 0x73746166  # "staf"


class SqlIdentityTransaction:
    """`IdentityTransaction` on a connection that writes alone."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._organisations = OrganisationReader(connection)

    def staff(self, staff_id: str) -> StaffAccount | None:
        return self._account(staff.c.id == staff_id)

    def staff_by_username(self, username: str) -> StaffAccount | None:
        return self._account(staff.c.username == username)

    def staff_by_subject(self, oidc_subject: str) -> StaffAccount | None:
        return self._account(staff.c.oidc_subject == oidc_subject)

    def _account(self, which: ColumnElement[bool]) -> StaffAccount | None:
        row = self._db.execute(select(staff).where(which)).first()
        return account_of(row) if row is not None else None

    def add_staff(self, account: StaffAccount, now: datetime) -> None:
        self._db.execute(insert(staff).values({**row_of(account), "created_at": now}))

    def save_staff(self, account: StaffAccount) -> None:
        self._db.execute(update(staff).where(staff.c.id == account.id).values(row_of(account)))

    def other_administrators(self, staff_id: str) -> int:
        everywhere = or_(staff.c.organisation_id.is_(None), staff.c.organisation_id == self._organisations.district_id)
        query = (
            select(func.count())
            .select_from(staff)
            .where(
                staff.c.id != staff_id,
                staff.c.role == StaffRole.ADMINISTRATOR.value,
                staff.c.disabled.is_(False),
                staff.c.oidc_subject.is_(None),
                everywhere,
            )
        )
        return int(self._db.scalar(query) or 0)

    def covers(self, organisation_id: str | None, other: str | None) -> bool:
        seen = subtree(self._organisations, organisation_id)
        return seen is None or other in seen

    def is_organisation(self, organisation_id: str) -> bool:
        return self._organisations.is_at_work(organisation_id)

    def open_session(self, row: SessionRow) -> None:
        self._db.execute(delete(sessions).where(sessions.c.expires_at <= row.created_at))
        self._db.execute(insert(sessions).values(asdict(row)))

    def end_sessions(self, staff_id: str, *, keep: str | None = None) -> int:
        gone = delete(sessions).where(sessions.c.staff_id == staff_id, sessions.c.token_sha256 != (keep or ""))
        return self._db.execute(gone).rowcount

    def end_session(self, token_sha256: str) -> bool:
        return self._db.execute(delete(sessions).where(sessions.c.token_sha256 == token_sha256)).rowcount == 1

    def sessions(self, staff_id: str, now: datetime) -> list[SessionRow]:
        return sessions_of(self._db, staff_id, now)

    def factor(self, staff_id: str) -> Factor:
        return factor_of(self._db.execute(select(second_factors).where(second_factors.c.staff_id == staff_id)).first())

    def put_factor(self, staff_id: str, factor: Factor) -> None:
        values = asdict(factor)
        row = {"staff_id": staff_id, **values}
        self._db.execute(_insert(self._db, second_factors).values(row).on_conflict_do_nothing())
        self._db.execute(update(second_factors).where(second_factors.c.staff_id == staff_id).values(values))

    def drop_factor(self, staff_id: str) -> None:
        self._db.execute(delete(recovery_codes).where(recovery_codes.c.staff_id == staff_id))
        self._db.execute(delete(second_factors).where(second_factors.c.staff_id == staff_id))

    def put_recovery_codes(self, staff_id: str, hashes: Sequence[str]) -> None:
        self._db.execute(delete(recovery_codes).where(recovery_codes.c.staff_id == staff_id))
        self._db.execute(insert(recovery_codes), [{"staff_id": staff_id, "code_sha256": one} for one in hashes])

    def use_recovery_code(self, staff_id: str, code_sha256: str) -> bool:
        table = recovery_codes.c
        used = delete(recovery_codes).where(table.staff_id == staff_id, table.code_sha256 == code_sha256)
        return self._db.execute(used).rowcount == 1

    def remember_device(self, staff_id: str, token_sha256: str, now: datetime) -> None:
        table = known_devices.c
        row = {"staff_id": staff_id, "token_sha256": token_sha256, "used_at": now}
        self._db.execute(_insert(self._db, known_devices).values(row).on_conflict_do_nothing())
        which = (table.staff_id == staff_id, table.token_sha256 == token_sha256)
        self._db.execute(update(known_devices).where(*which).values(used_at=now))

    def forget_devices(self, staff_id: str) -> None:
        self._db.execute(delete(known_devices).where(known_devices.c.staff_id == staff_id))

    def commit(self) -> None:
        self._db.commit()


class SqlAttempts:
    """`AttemptsTransaction` on a connection."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def take(self, subject: str, now: datetime) -> Attempts:
        # The row is made before it is locked: PostgreSQL locks no row that is not there.
        row = {"subject": subject, "failures": 0, "last_at": now}
        self._db.execute(_insert(self._db, login_attempts).values(row).on_conflict_do_nothing())
        query = select(login_attempts).where(login_attempts.c.subject == subject).with_for_update()
        found = self._db.execute(query).one()
        return Attempts(found.failures, found.last_at, found.blocked_until)

    def put(self, subject: str, attempts: Attempts) -> None:
        self._db.execute(update(login_attempts).where(login_attempts.c.subject == subject).values(asdict(attempts)))

    def forget(self, subject: str) -> None:
        self._db.execute(delete(login_attempts).where(login_attempts.c.subject == subject))

    def forget_before(self, moment: datetime, *, but: str | None = None) -> None:
        old = delete(login_attempts).where(login_attempts.c.last_at < moment)
        self._db.execute(old if but is None else old.where(~login_attempts.c.subject.startswith(but)))

    def commit(self) -> None:
        self._db.commit()


def lock_staff(connection: Connection) -> None:
    """One change to accounts at a time; on SQLite a writer is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _STAFF_KEY})


def subtree(organisations: OrganisationReader, organisation_id: str | None) -> frozenset[str] | None:
    """None: the whole district."""
    if organisation_id is None or organisation_id == organisations.district_id:
        return None
    return frozenset(organisations.subtree(organisation_id))


def sessions_of(connection: Connection, staff_id: str, now: datetime) -> list[SessionRow]:
    """Those that have not ended, the latest first."""
    query = select(sessions).where(sessions.c.staff_id == staff_id, sessions.c.expires_at > now)
    latest = query.order_by(sessions.c.created_at.desc(), sessions.c.token_sha256)
    return [session_of(row) for row in connection.execute(latest)]


def _insert(connection: Connection, table: Any) -> Any:
    """An INSERT that can be told to do nothing where the row is there."""
    insertion = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insertion(table)
