"""Figures, lists, statements and the auditor take the demo's past for what it is: closed, in order, and not real."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, select, update

from backend.adapters.db.accounting import statements
from backend.adapters.db.accounting_findings import DeviceSqlReader
from backend.adapters.db.audit_reading import AuditSqlReader
from backend.adapters.db.audit_store import AuditSqlStore
from backend.adapters.db.broker_access import BrokerAccountRows
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.kpi_reading import HandledSqlReader
from backend.adapters.db.registry import devices
from backend.domain.kpi.figures import ANCHORS, By, figures
from backend.services.audit.audit_alerts import AuditAlerts
from backend.services.kpi.ports import Data
from tests.harness.accounting import Books
from tests.harness.audited import Beats
from tests.harness.clock import ManualClock
from tests.harness.demo import NOW, ZONE, DemoDistrict
from tests.harness.scene import Village

SPAN = (NOW - timedelta(days=100), NOW)


def test_figures_of_the_demo_are_near_the_anchors_and_those_of_the_platform_are_without_it(
    database: Engine, demo: DemoDistrict
) -> None:
    demo.load(homes=300)
    reader = HandledSqlReader(database)
    assert reader.handled(*SPAN, limit=10_000) == []
    (found,) = figures(reader.handled(*SPAN, limit=10_000, data=Data.DEMO), By.ALL, ZONE)
    assert found.count > 200
    assert found.late == 0
    for speed in (found.accepted, found.voice):
        for span, goal in ANCHORS.items():
            assert abs(speed.within[span] - goal) < 0.02
        assert speed.p50 is not None
        assert speed.p50 < 30
    assert found.arrival.count > 5
    assert found.called_back is not None
    assert found.called_back > 0.9
    by_centre = figures(reader.handled(*SPAN, limit=10_000, data=Data.DEMO), By.CENTRE, ZONE)
    assert "" not in {group.key for group in by_centre}


def test_closed_alerts_are_listed_and_shown(database: Engine, clock: ManualClock, demo: DemoDistrict) -> None:
    demo.load()
    village = Village(database, clock)
    assert village.open() == []
    listed = village.reader.closed(1_000).items
    assert listed
    for summary in listed:
        detail = village.detail(summary.id)
        assert [entry.kind for entry in detail.timeline][:1] == ["raised"]
        assert detail.card.home is not None
        assert {command.state for command in detail.commands} == {"done"}


def test_nobody_has_to_look_at_it(database: Engine, clock: ManualClock, demo: DemoDistrict) -> None:
    demo.load(homes=300)
    village = Village(database, clock)
    village.pass_time(5)
    clock.turn(timedelta(minutes=3))
    audit = AuditAlerts(AuditSqlStore(database, clock, village.runs.parts), clock, Beats())
    audit()
    reader = AuditSqlReader(database)
    assert reader.findings(100) == []
    assert reader.reviews(True, 100) == []
    assert reader.reviews(False, 100) != []
    assert reader.verdict(village.reader.closed(1).items[0].id) is not None


def test_statements_are_made_and_hold_before_with_and_after_it(
    database: Engine, clock: ManualClock, demo: DemoDistrict
) -> None:
    village = Village(database, ManualClock(NOW - timedelta(days=2)))
    books = Books(village)
    books.press("T1", 1, 2)
    books.alarm.clock.turn(timedelta(days=2))
    while books.state():
        pass
    with reading(database) as connection:
        before = connection.execute(select(statements).order_by(statements.c.position)).all()
    assert before
    demo.load()
    while books.state():
        pass
    assert books.proof().faults == ()
    demo.wipe()
    assert books.proof().faults == ()
    with reading(database) as connection:
        assert connection.execute(select(statements).order_by(statements.c.position)).all() == before


def test_the_numbers_of_a_device_go_on_where_its_past_ends(
    database: Engine, clock: ManualClock, demo: DemoDistrict
) -> None:
    demo.load()
    village = Village(database, clock)
    books = Books(village)
    device = next(alert.device_id for alert in village.reader.closed(1_000).items if alert.type == "care.sos.pressed")
    account = DeviceSqlReader(database).account(device)
    assert account is not None
    sent = account.sos.sent
    with reading(database) as connection:
        seq = connection.exec_driver_sql(f"SELECT max(seq) FROM events WHERE device_id = '{device}'").scalar_one()
    village.send(books.item(device, sent + 1, seq=seq + 1))
    assert books.missing() is None
    assert books.findings() == []


def test_no_demo_device_may_log_in_until_it_is_given_a_secret(database: Engine, demo: DemoDistrict) -> None:
    demo.load()
    rows = BrokerAccountRows(database)
    assert rows.accounts() == []
    first = demo.store.devices()[0]
    with writing(database) as connection:
        connection.execute(update(devices).where(devices.c.id == first).values(secret_hash="$7$101$c2FsdA==$aGFzaA=="))
        connection.commit()
    assert [account.name for account in rows.accounts()] == [first]
