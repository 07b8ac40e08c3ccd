"""Migrations run once whoever starts first; a moment comes back as it went in; what is not committed is not there."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, insert, inspect, select
from sqlalchemy.exc import StatementError

from backend.adapters.db import engine as engine_module
from backend.adapters.db.base import metadata
from backend.adapters.db.engine import WriterBusyError, is_sqlite, make_engine, reading, writing
from backend.adapters.db.identity import sessions, staff
from backend.adapters.db.migrations import migrate
from backend.adapters.db.registry import contacts, devices, enrolments, homes, residents

MINE = (staff, sessions, homes, residents, contacts, devices, enrolments)


def test_two_processes_that_migrate_at_once_do_it_once(empty_database_url: str) -> None:
    engines = [make_engine(empty_database_url) for _ in range(2)]
    failures: list[BaseException] = []

    def run(engine: Engine) -> None:
        try:
            migrate(engine)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    names = inspect(engines[0]).get_table_names()
    assert {table.name for table in MINE} <= set(names)
    for engine in engines:
        engine.dispose()


def test_migrated_columns_are_those_of_the_tables(database: Engine) -> None:
    inspector = inspect(database)
    for table in metadata.sorted_tables:
        found = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
        assert found == {column.name: column.nullable for column in table.columns}, table.name


def test_a_moment_comes_back_as_utc_to_the_microsecond_and_sorts_by_time(database: Engine) -> None:
    base = datetime(2026, 11, 24, 23, 59, 59, 999_999, tzinfo=UTC)
    beijing = timezone(timedelta(hours=8))
    moments = [base - timedelta(microseconds=1), base, (base + timedelta(microseconds=1)).astimezone(beijing)]
    with writing(database) as connection:
        for index in (2, 0, 1):
            row = {"actor": "a", "key": str(index), "request_sha256": "0" * 64, "created_at": moments[index]}
            connection.execute(insert(enrolments).values(row))
        connection.commit()
    with reading(database) as connection:
        found = connection.scalars(select(enrolments.c.created_at).order_by(enrolments.c.created_at)).all()
        later = connection.scalars(select(enrolments.c.key).where(enrolments.c.created_at > base)).all()
    assert found == moments
    assert all(moment.tzinfo is UTC for moment in found)
    assert later == ["2"]


def test_a_moment_without_a_zone_is_refused(database: Engine) -> None:
    row = {"actor": "a", "key": "k", "request_sha256": "0" * 64, "created_at": datetime(2026, 1, 1)}  # noqa: DTZ001
    with writing(database) as connection, pytest.raises(StatementError, match="without a zone"):
        connection.execute(insert(enrolments).values(row))


def test_what_is_not_committed_is_not_there(database: Engine) -> None:
    row = {"actor": "a", "key": "k", "request_sha256": "0" * 64, "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
    with writing(database) as connection:
        connection.execute(insert(enrolments).values(row))
    with reading(database) as connection:
        assert connection.execute(select(enrolments)).all() == []


def test_writers_of_one_process_wait_for_each_other(database: Engine) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    failures: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for turn in range(10):
                row = {"actor": str(number), "key": str(turn), "request_sha256": "0" * 64, "created_at": moment}
                with writing(database) as connection:
                    connection.execute(select(enrolments.c.key)).all()
                    connection.execute(insert(enrolments).values(row))
                    connection.commit()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with reading(database) as connection:
        assert len(connection.execute(select(enrolments.c.key)).all()) == 60


def test_a_writer_that_waits_too_long_is_told(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    if not is_sqlite(database):
        # PostgreSQL locks rows, not the database.
        with writing(database) as first, writing(database) as second:
            assert first is not second
        return
    monkeypatch.setattr(engine_module, "LOCK_SECONDS", 0.01)
    with writing(database):
        with pytest.raises(WriterBusyError), writing(database):
            pytest.fail("two writers at once")
        with reading(database) as connection:
            assert connection.execute(select(enrolments)).all() == []
    with writing(database) as connection:
        assert connection.execute(select(enrolments)).all() == []
