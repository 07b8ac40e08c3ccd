"""No notice leaves for somebody invented, and nobody invented answers for somebody real."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert, select, update

from backend.adapters.channels.http import Http
from backend.adapters.channels.webhook import Webhook
from backend.adapters.db.cover import SqlCover
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.notices import attempts, notices
from backend.adapters.db.notices_queue import SqlNoticeQueue
from backend.adapters.db.notices_rows import first_row
from backend.adapters.db.notices_store import SqlNoticeStore
from backend.adapters.db.people import contact_points, people
from backend.adapters.db.registry import contacts, homes
from backend.adapters.db.roster import rosters
from backend.adapters.db.work_order_places import WorkPlaces
from backend.domain.delivery.model import Outcome
from backend.domain.escalation.targets import Channel, DutyRole, Level, Nobody, Target, TargetKind
from backend.services.escalation.ports import Scene
from backend.services.notices.ports import NoticeKind
from backend.services.notices.prove_contact import ProofCodes
from backend.services.notices.record import RecordAttempt
from backend.services.notices.send import SendNotice
from tests.fakes.notice_channels import NumberedLinks, PlainWriter
from tests.harness.alarm import Uuids
from tests.harness.clock import ManualClock
from tests.harness.demo import DemoDistrict
from tests.harness.notices import NoticeDesk
from tests.harness.provider import Provider, provider
from tests.harness.scene import Village


@pytest.fixture
def outside() -> Iterator[Provider]:
    """A phone: whatever leaves is heard here."""
    with provider() as server:
        yield server


@pytest.fixture
def village(database: Engine, clock: ManualClock, demo: DemoDistrict, outside: Provider) -> Village:
    """Somebody real beside the demo; everybody can be reached at `outside`, by every channel."""
    found = Village(database, clock)
    found.settle()
    demo.load(homes=24, days=5)
    with writing(database) as connection:
        connection.execute(
            update(contact_points).values(channel="webhook", address=f"{outside.url}/hook", verified_at=clock.now())
        )
        connection.commit()
    return found


def _send_all(engine: Engine, clock: ManualClock) -> list[tuple[str, str | None, str | None]]:
    """As the outbox worker does it, until nothing is due: (recipient, result, cause) of each attempt."""
    queue = SqlNoticeQueue(engine, Uuids(), ZoneInfo("Asia/Shanghai"))
    record = RecordAttempt(SqlNoticeStore(engine, clock), clock)
    channels = {channel: Webhook(Http(), clock.now, "s3cret", plain_http=True) for channel in Channel}
    send = SendNotice(channels, PlainWriter(), NumberedLinks(), ProofCodes(lambda: b"k"), record, lambda *_: None)
    while (claim := queue.claim(4, 32, clock.now())).looked:
        for notice_id in claim.settle:
            record.settle(notice_id)
        if claim.ticket is not None:
            send(claim.ticket)
    query = select(notices.c.recipient_id, attempts.c.result, attempts.c.cause).join(
        attempts, attempts.c.notice_id == notices.c.id
    )
    with reading(engine) as connection:
        live = query.where(attempts.c.began_at >= clock.now()).order_by(notices.c.recipient_id)
        return [(row.recipient_id, row.result, row.cause) for row in connection.execute(live)]


def _demo_terminal(engine: Engine) -> tuple[str, str]:
    """(device, home) of one with contacts."""
    with reading(engine) as connection:
        row = connection.execute(
            select(homes.c.id).join(contacts, contacts.c.home_id == homes.c.id).where(homes.c.demo).order_by(homes.c.id)
        ).first()
    assert row is not None
    return row.id.replace("demo-h", "demo-t"), row.id


def test_no_notice_leaves_for_an_invented_home(
    database: Engine, clock: ManualClock, village: Village, outside: Provider
) -> None:
    terminal, _ = _demo_terminal(database)
    village.again(terminal)
    village.pass_time(100)  # every step: operators, managers, responders, contacts, the district
    sent = _send_all(database, clock)
    assert len({recipient for recipient, *_ in sent}) > 3
    assert {(result, cause) for _, result, cause in sent} == {("delivered", "demo_not_sent")}
    assert outside.requests == []


def test_somebody_real_is_not_called_about_somebody_invented(
    database: Engine, clock: ManualClock, village: Village, outside: Provider
) -> None:
    """The district's own managers hear of trouble in any home, by whatever channel they have."""
    alert_id = village.again(_demo_terminal(database)[0])
    village.pass_time(1)
    with writing(database) as connection:
        told = {"recipient_id": "p-real", "contact_points": ["cp-p-real"]}
        connection.execute(update(notices).where(notices.c.alert_id == alert_id).values(told))
        connection.commit()
    assert set(_send_all(database, clock)) == {("p-real", "delivered", "demo_not_sent")}
    assert outside.requests == []


def test_somebody_real_is_called_about_somebody_real(
    database: Engine, clock: ManualClock, village: Village, outside: Provider
) -> None:
    alert_id = village.again("T1")
    village.pass_time(100)
    sent = _send_all(database, clock)
    assert {recipient for recipient, *_ in sent} == {"p-real"}
    assert {(result, cause) for _, result, cause in sent} == {("delivered", "")}
    assert len(outside.requests) == len(village.notices(alert_id)) > 0


def test_a_call_to_somebody_invented_about_somebody_real_has_failed(
    database: Engine, clock: ManualClock, village: Village, outside: Provider
) -> None:
    """However it came about: somebody moved a row, or chose the name from a list."""
    alert_id = village.again("T1")
    village.pass_time(1)
    with writing(database) as connection:
        invented = connection.execute(select(people.c.id).where(people.c.demo).order_by(people.c.id)).first()
        assert invented is not None
        connection.execute(
            update(notices)
            .where(notices.c.alert_id == alert_id)
            .values(recipient_id=invented.id, contact_points=[f"{invented.id}-sms"])
        )
        connection.commit()
    assert {(result, cause) for _, result, cause in _send_all(database, clock)} == {("permanent", "demo_not_sent")}
    assert outside.requests == []


def test_a_gap_in_an_invented_roster_troubles_nobody(
    database: Engine, clock: ManualClock, village: Village, outside: Provider
) -> None:
    with writing(database) as connection:
        roster = connection.scalars(select(rosters.c.id).where(rosters.c.demo)).first()
        gap = NoticeDesk(database, clock).notice(
            "cp-p-real", recipient="p-real", kind=NoticeKind.ROSTER_GAP, facts={"roster_id": roster}
        )
        connection.execute(insert(notices).values(first_row(gap)))
        connection.commit()
    assert _send_all(database, clock) == [("p-real", str(Outcome.DELIVERED), "demo_not_sent")]
    assert outside.requests == []


REAL = Scene("a", "h-T1", "c1")
STRANGER = Scene("a", None, None)


@pytest.mark.parametrize("scene", [REAL, STRANGER], ids=["a real home", "a device that nobody knows"])
def test_nobody_invented_serves_somebody_real(
    database: Engine, clock: ManualClock, village: Village, scene: Scene
) -> None:
    with reading(database) as connection:
        cover = SqlCover(connection, ZoneInfo("Asia/Shanghai"))
        for level in Level:
            for target in (
                Target(TargetKind.DESK, level),
                *(Target(TargetKind.ON_DUTY, level, role) for role in DutyRole),
                Target(TargetKind.RESPONDERS, level, most=100),
            ):
                reach = cover.reach(target, scene, clock.now())
                assert {one.id for one in reach.recipients} <= {"p-real"}
                assert not [desk for desk in reach.desks if desk.startswith("demo")]


def test_nobody_on_duty_is_still_said_of_the_real_district(
    database: Engine, clock: ManualClock, village: Village
) -> None:
    with reading(database) as connection:
        cover = SqlCover(connection, ZoneInfo("Asia/Shanghai"))
        desk = cover.reach(Target(TargetKind.DESK, Level.DISTRICT), STRANGER, clock.now())
        assert (desk.nobody, desk.recipients, desk.desks) == (Nobody.NOBODY_ON_DUTY, (), ("district",))
        responders = cover.reach(Target(TargetKind.RESPONDERS, Level.DISTRICT, most=9), STRANGER, clock.now())
        assert [one.id for one in responders.recipients] == ["p-real"]


def test_somebody_invented_serves_somebody_invented(database: Engine, clock: ManualClock, village: Village) -> None:
    terminal, home = _demo_terminal(database)
    alert_id = village.again(terminal)
    village.pass_time(70)
    told = {notice["recipient_id"] for notice in village.notices(alert_id)}
    assert told
    assert all(recipient.startswith("demo-") for recipient in told)
    with reading(database) as connection:
        organisation = connection.scalar(select(homes.c.organisation_id).where(homes.c.id == home))
        cover = SqlCover(connection, ZoneInfo("Asia/Shanghai"))
        reach = cover.reach(Target(TargetKind.CONTACTS, most=5), Scene("a", home, organisation), clock.now())
    assert reach.recipients


def test_work_for_somebody_real_goes_to_somebody_real(database: Engine, clock: ManualClock, village: Village) -> None:
    _, home = _demo_terminal(database)
    with reading(database) as connection:
        places = WorkPlaces(connection, ZoneInfo("Asia/Shanghai"))
        real = {one.id for one in places.organisations("service_request", places.place("h-T1"))}
        invented = {one.id for one in places.organisations("service_request", places.place(home))}
    assert real == {"district", "c1"}
    assert "c1" not in invented
    assert len(invented) > 100
