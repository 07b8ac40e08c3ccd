"""Entries get one place each, whoever chains them; nobody changes one unseen, not even who may drop the trigger."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, text, update
from sqlalchemy.exc import DBAPIError

from backend.adapters.db.audit_log import audit_log
from backend.adapters.db.audit_log_store import AuditSqlReader, AuditSqlStore, put_entries
from backend.adapters.db.engine import is_sqlite, writing
from backend.domain.audit_log.entry import Entry
from backend.services.audit_log.chain import ChainEntries
from backend.services.audit_log.ports import Asked
from backend.services.audit_log.prove import AuditFaultKind, AuditProof, ProveAuditLog
from backend.workers.audit_recorder import AuditRecorder
from tests.harness.clock import ManualClock

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


def entry(number: int, **changes: object) -> Entry:
    values: dict[str, object] = {
        "at": NOW + timedelta(seconds=number),
        "actor_kind": "staff",
        "actor_id": f"op{number % 2}",
        "action": "POST /alerts/{alert_id}/accept",
        "subject": f"alert:a{number}",
        "detail": {"status": 200, "query": ["from", "to"]},
    }
    return Entry(**{**values, **changes})  # type: ignore[arg-type]


def proof(engine: Engine) -> AuditProof:
    return ProveAuditLog(AuditSqlReader(engine))()


def disarm(engine: Engine) -> None:
    """What somebody with the owner's rights would do first."""
    names = ["audit_log_UPDATE", "audit_log_DELETE"] if is_sqlite(engine) else ["audit_log_refuse"]
    with writing(engine) as connection:
        for name in names:
            connection.execute(text(f"DROP TRIGGER {name}" + ("" if is_sqlite(engine) else " ON audit_log")))
        connection.commit()


def test_each_entry_has_one_place_though_two_chain_at_once(database: Engine) -> None:
    store = AuditSqlStore(database)
    store.put([entry(number) for number in range(450)])
    threads = [threading.Thread(target=ChainEntries(store), name=f"chain-{number}") for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = proof(database)
    assert (found.links, found.waiting, found.faults) == (450, 0, ())
    assert AuditSqlReader(database).links(0, 1)[0].hash != found.tip
    newest = AuditSqlReader(database).page(Asked(actor_id="op1", limit=3))
    assert [link.position for link in newest] == [450, 448, 446]
    assert AuditSqlReader(database).page(Asked(subject="alert:a7"))[0].position == 8
    late = AuditSqlReader(database).page(Asked(since=NOW + timedelta(seconds=447), until=NOW + timedelta(seconds=449)))
    assert [link.position for link in late] == [449, 448]


def test_what_is_rolled_back_leaves_no_entry(database: Engine) -> None:
    with writing(database) as connection:
        put_entries(connection, [entry(1)])
    ChainEntries(AuditSqlStore(database))()
    assert proof(database).links == 0


@pytest.mark.parametrize("change", [update(audit_log).values(actor_id="nobody"), delete(audit_log)])
def test_the_database_refuses_to_change_it(database: Engine, change: object) -> None:
    store = AuditSqlStore(database)
    store.put([entry(1)])
    ChainEntries(store)()
    with pytest.raises(DBAPIError, match="append-only"), writing(database) as connection:
        connection.execute(change)  # type: ignore[call-overload]
    assert proof(database).faults == ()


CHANGES: Sequence[tuple[object, AuditFaultKind]] = (
    (delete(audit_log).where(audit_log.c.position == 2), AuditFaultKind.POSITION),
    (update(audit_log).where(audit_log.c.position == 2).values(actor_id="nobody"), AuditFaultKind.COLUMNS),
    (
        update(audit_log).where(audit_log.c.position == 2).values(body=text("replace(body, '\"op1\"', '\"op9\"')")),
        AuditFaultKind.HASH,
    ),
    (update(audit_log).where(audit_log.c.position == 2).values(previous_hash="0" * 64), AuditFaultKind.LINK),
)


@pytest.mark.parametrize(("change", "kind"), CHANGES, ids=[kind.value for _, kind in CHANGES])
def test_who_changes_it_all_the_same_is_found_out(database: Engine, change: object, kind: AuditFaultKind) -> None:
    store = AuditSqlStore(database)
    store.put([entry(number) for number in range(4)])
    ChainEntries(store)()
    disarm(database)
    with writing(database) as connection:
        connection.execute(change)  # type: ignore[call-overload]
        connection.commit()
    assert kind in {fault.kind for fault in proof(database).faults}


class Busy:
    """A database that is busy for the first tries."""

    def __init__(self, store: AuditSqlStore, failures: int) -> None:
        self._store, self._failures = store, failures

    def put(self, entries: Sequence[Entry]) -> None:
        if self._failures:
            self._failures -= 1
            raise OSError("busy")
        self._store.put(entries)


def test_a_busy_database_loses_no_entry_and_keeps_their_order(database: Engine) -> None:
    recorder = AuditRecorder(Busy(AuditSqlStore(database), 1), ManualClock(NOW))
    written = [recorder.put(entry(number)) for number in range(1200)]
    recorder.start()
    for done in written:
        done.result(60)
    recorder.stop()
    ChainEntries(AuditSqlStore(database))()
    ChainEntries(AuditSqlStore(database))()
    subjects = [link.body for link in AuditSqlReader(database).links(0, 2000)]
    assert [f'"alert:a{number}"' in body for number, body in enumerate(subjects)] == [True] * 1200
    assert recorder.lost == 0


def test_what_cannot_be_written_is_counted(database: Engine) -> None:
    recorder = AuditRecorder(Busy(AuditSqlStore(database), 99), ManualClock(NOW))
    done = recorder.put(entry(1))
    recorder.start()
    recorder.stop()
    assert isinstance(done.exception(10), OSError)
    assert recorder.lost == 1
