"""Bringing a database to the tables of this version: once, whoever starts first."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, text

from backend.adapters.db.engine import is_sqlite, writing

_HERE: Final = Path(__file__).parent
_ADVISORY_KEY: Final = 0x63617265  # "care"


def migrate(engine: Engine) -> None:
    """Run every migration that the database has not seen, in one transaction.

    Two processes may start at once: the second waits (SQLite: BEGIN IMMEDIATE; PostgreSQL: an advisory lock) and finds
    the work done. Dies in the middle: nothing has happened.
    """
    with writing(engine) as connection:
        if not is_sqlite(engine):
            connection.execute(text("SET LOCAL lock_timeout = '120s'"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_KEY})
        upgrade(connection)
        connection.commit()


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Up to `revision`, in the caller's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def is_known(revision: str) -> bool:
    """Whether a database of this revision can be brought to this version; one of a later version cannot."""
    try:
        return ScriptDirectory.from_config(_config()).get_revision(revision) is not None
    except CommandError:
        return False


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    return config
