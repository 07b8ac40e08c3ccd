"""What is handled by the use cases is read as figures; tests, technical matters and synthetic devices are not."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, update

from backend.adapters.db.engine import writing
from backend.adapters.db.kpi_reading import HandledSqlReader
from backend.adapters.db.registry import devices, homes
from backend.adapters.sheets import write_sheet
from backend.api import kpis
from backend.domain.alert.lifecycle import Verb
from backend.domain.kpi.figures import Handled
from backend.services.kpi.ports import Data
from tests.harness.alarm import LI, WANG, Alarm
from tests.harness.in_process import client


def test_an_alert_is_read_with_its_moments(database: Engine) -> None:
    alarm = Alarm(database)
    begin = alarm.clock.now()
    for device in ("T1", "T2", "T3", "T4", "SYN"):
        alarm.enrol(device)
    with writing(database) as connection:
        connection.execute(update(devices).where(devices.c.id == "SYN").values(synthetic=True))
        connection.commit()
    alarm.press("T1")
    (alert,) = alarm.open()
    alarm.clock.turn(timedelta(seconds=40))
    alarm.do(Verb.ACCEPT, alert.id)
    alarm.clock.turn(timedelta(minutes=10))
    alarm.do(Verb.ARRIVED, alert.id)
    alarm.do(Verb.CLOSE, alert.id, outcome="helped_on_site")
    alarm.press("T2", type="care.battery.low")
    alarm.press("T3", type="care.test.pressed")
    alarm.press("SYN")
    alarm.press("T4")
    tested = next(each for each in alarm.open() if each.device_id == "T4")
    alarm.do(Verb.ACCEPT, tested.id)
    alarm.do(Verb.CLOSE, tested.id, outcome="test")
    (row,) = HandledSqlReader(database).handled(begin, begin + timedelta(days=1), 100)
    assert row.id == alert.id
    assert (row.operator_id, row.operator) == ("op1", "王丽")
    assert row.accepted_at == begin + timedelta(seconds=40)
    assert row.arrived_at == begin + timedelta(seconds=640)
    assert (row.outcome, row.late, row.called_back) == ("helped_on_site", False, None)
    assert HandledSqlReader(database).handled(begin + timedelta(seconds=1), begin + timedelta(days=1), 100) == []


def _all(alarm: Alarm, data: Data = Data.REAL) -> list[Handled]:
    span = timedelta(days=1)
    return list(HandledSqlReader(alarm.engine).handled(alarm.clock.now() - span, alarm.clock.now() + span, 100, data))


def test_speed_is_credited_to_who_accepted_first_and_not_to_who_has_it_now(database: Engine) -> None:
    alarm = Alarm(database)
    alarm.enrol("T1")
    alarm.press("T1")
    alert_id = alarm.only().id
    alarm.clock.turn(timedelta(seconds=20))
    alarm.do(Verb.ACCEPT, alert_id, WANG)
    alarm.do(Verb.HAND_OVER, alert_id, WANG, to="夜班")
    alarm.clock.turn(timedelta(minutes=5))
    alarm.do(Verb.ACCEPT, alert_id, LI)
    alarm.do(Verb.EN_ROUTE, alert_id, LI, eta_minutes=5)
    (row,) = _all(alarm)
    assert (row.operator_id, row.operator) == ("op1", "王丽")
    assert row.sent_at == alarm.clock.now()
    assert row.arrived_at is None


@pytest.mark.parametrize("invented", ["synthetic", "demo"])
def test_invented_homes_are_nobodys_figure(database: Engine, invented: str) -> None:
    alarm = Alarm(database)
    for device in ("T1", "T2"):
        alarm.enrol(device)
        alarm.press(device)
    with writing(database) as connection:
        connection.execute(update(homes).where(homes.c.id == "h-T2").values({invented: True}))
        connection.commit()
    assert [row.id for row in _all(alarm)] == [alert.id for alert in alarm.open() if alert.device_id == "T1"]
    assert len(_all(alarm, Data.DEMO)) == (invented == "demo")


def test_each_figure_of_the_api_equals_the_rows_behind_it(database: Engine) -> None:
    alarm = Alarm(database)
    for number in range(12):
        alarm.enrol(f"T{number}")
        alarm.press(f"T{number}", type="care.fall.detected" if number % 3 else "care.sos.pressed")
        alarm.clock.turn(timedelta(seconds=30))
    for number, alert in enumerate(alarm.open()):
        if number % 2:
            alarm.do(Verb.ACCEPT, alert.id)
    calls = kpis.KpiCalls(HandledSqlReader(database), ZoneInfo("Asia/Shanghai"), write_sheet)
    desk = client([kpis.router(calls)])
    span = {"from": "2026-11-24T00:00:00Z", "to": "2026-11-25T00:00:00Z"}
    for by in ("all", "type", "operator", "month", "centre"):
        groups = desk.get("/kpis", params={**span, "by": by}).json()["groups"]
        assert sum(group["count"] for group in groups) == 12
        for group in groups:
            rows = desk.get("/kpis/alerts", params={**span, "by": by, "key": group["key"]}).json()
            assert rows["total"] == group["count"]
            soon = [row for row in rows["items"] if (row["accepted_seconds"] or 1e9) <= 180]
            assert group["accepted"]["within"]["180"] == pytest.approx(len(soon) / rows["total"])
    sheet = desk.get("/kpis/export", params={**span, "format": "csv"})
    assert sheet.content.startswith(b"\xef\xbb\xbf")
    assert len(sheet.text.splitlines()) == 13
    assert desk.get("/kpis", params={"from": span["to"], "to": span["from"]}).json()["code"] == "bad_span"
