"""The live stream of a town's desk: its own alerts and what was offered to it, nothing else, and what it loses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
from sqlalchemy import insert, update

from backend.adapters.clock import SystemClock
from backend.adapters.db.alarm import alerts, changes
from backend.adapters.db.calls import incoming
from backend.adapters.db.engine import writing
from backend.domain.access.roles import StaffRole
from backend.domain.access.subjects import Kind
from tests.harness.backend import Platform
from tests.harness.clock import wait_until
from tests.harness.two_towns import HERE, MARK, THERE, alert_row, cookie_of, filled, id_of, offer


@contextmanager
def listening(platform: Platform, role: StaffRole, town: str) -> Iterator[list[str]]:
    """Lines of the stream as they come."""
    lines: list[str] = []
    with platform.client(**cookie_of(role, town)) as client, client.stream("GET", "/api/v1/stream") as answer:
        assert answer.status_code == 200

        def take() -> None:
            for line in answer.iter_lines():
                lines.append(line)

        thread = threading.Thread(target=lambda: _until_closed(take), daemon=True)
        thread.start()
        wait_until(lambda: "event: ping" in lines, "the stream has begun", 30)
        yield lines


def _until_closed(take: Any) -> None:
    try:
        take()
    except (httpx2.HTTPError, httpx2.StreamError):
        return


def change(platform: Platform, alert_id: str, **values: Any) -> None:
    """What a use case writes when an alert changes."""
    with writing(platform.backend.engine) as connection:
        if values:
            connection.execute(update(alerts).where(alerts.c.id == alert_id).values(**values))
        connection.execute(insert(changes).values(alert_id=alert_id, at=SystemClock().now()))
        connection.commit()


def heard(lines: list[str], alert_id: str) -> bool:
    return any(line.startswith("data:") and f'"id":"{alert_id}"' in line for line in list(lines))


def test_a_desk_hears_of_its_own_alerts_and_of_no_others(platform: Platform) -> None:
    own, foreign = id_of(Kind.ALERT, HERE), id_of(Kind.ALERT, THERE)
    with listening(platform, StaffRole.OPERATOR, HERE) as here, listening(platform, StaffRole.OPERATOR, "") as all_:
        change(platform, foreign)
        change(platform, own)
        wait_until(lambda: heard(all_, own) and heard(all_, foreign) and heard(here, own), "they hear", 30)
    assert not [line for line in here if MARK in line]


def test_a_call_comes_up_at_its_own_desk(platform: Platform) -> None:
    now = SystemClock().now()
    with listening(platform, StaffRole.OPERATOR, HERE) as here, listening(platform, StaffRole.OPERATOR, "") as all_:
        for number, town in enumerate((THERE, HERE)):
            row = {"id": 20_000 + number, "call_id": f"c{number}", "caller_kind": "unknown", "organisation_id": town}
            with writing(platform.backend.engine) as connection:
                connection.execute(insert(incoming).values(filled(incoming, row, now)))
                connection.commit()
        wait_until(lambda: any('"id":20001' in line for line in list(here)), "its own call", 30)
        wait_until(lambda: any('"id":20000' in line for line in list(all_)), "the district hears both", 30)
    assert not [line for line in here if MARK in line]


def test_an_offered_alert_comes_and_one_that_goes_is_said_to_be_gone(platform: Platform) -> None:
    now = SystemClock().now()
    rows = (alert_row("lent", THERE, now, device_id="d-lent"), alert_row("moved", HERE, now, device_id="d-moved"))
    with writing(platform.backend.engine) as connection:
        for row in rows:
            connection.execute(insert(alerts).values(filled(alerts, row, now)))
        connection.commit()
    with listening(platform, StaffRole.OPERATOR, HERE) as here:
        with writing(platform.backend.engine) as connection:
            offer(connection, "lent", HERE, now)
            connection.commit()
        change(platform, "lent")
        wait_until(lambda: heard(here, "lent"), "what was offered", 30)
        change(platform, "moved", organisation_id=THERE)
        wait_until(lambda: "event: resync" in here, "the list is loaded again", 30)
    assert not heard(here, "moved")
