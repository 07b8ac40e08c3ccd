"""A district of two towns in the database, one thing of each kind in both: whatever is of the second carries `MARK`.

No name of the second town may ever be seen by anybody of the first, so `MARK in answer` is a leak.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Boolean, Connection, DateTime, Float, Integer, Table, insert, select, update
from sqlalchemy.types import JSON

from backend.adapters.db.accounting import accounts, statements
from backend.adapters.db.alarm import alerts, changes, timeline
from backend.adapters.db.answering import assignments, key_uses, replies
from backend.adapters.db.audit import reviews
from backend.adapters.db.base import UtcDateTime
from backend.adapters.db.calls import calls, incoming
from backend.adapters.db.escalation import offers
from backend.adapters.db.identity import sessions, staff
from backend.adapters.db.notices import notices
from backend.adapters.db.organisation import catchments, organisations, villages
from backend.adapters.db.people import contact_points, people
from backend.adapters.db.registry import contacts, devices, homes, residents
from backend.adapters.db.roster import feeds, overrides, rosters
from backend.adapters.db.script import marks
from backend.adapters.db.work_order import work_orders
from backend.domain.access.roles import StaffRole
from backend.domain.access.subjects import Kind
from backend.services.identity.session import csrf_token, token_sha256

HERE: Final = "north"
MARK: Final = "zQ9"
THERE: Final = f"south{MARK}"
ABSENT: Final = "nowhere"
TOWNS: Final = (HERE, THERE)
NUMBERS: Final = {HERE: 41, THERE: 9_042, ABSENT: 777_777}
"""Ids of what is numbered."""


def id_of(kind: Kind, town: str) -> str:
    """What the thing of that kind in that town is called."""
    if kind in (Kind.INCOMING, Kind.SCRIPT_MARK):
        return str(NUMBERS[town])
    if kind is Kind.ORGANISATION:
        return town
    named = Kind.PERSON if kind is Kind.ASSIGNEE else kind
    return f"{town}-{named}"


def staff_id(role: StaffRole, town: str) -> str:
    """The account of that role in that town; town empty: of the whole district."""
    return f"{town}-staff-{role}" if town else f"staff-{role}"


def cookie_of(role: StaffRole, town: str) -> dict[str, str]:
    """Headers of somebody who is logged in."""
    token = f"token-{staff_id(role, town)}"
    return {"Cookie": f"care_session={token}", "X-CSRF-Token": csrf_token(token), "Accept-Language": "en"}


def plant(connection: Connection, now: datetime) -> None:
    """Both towns, and an account of each role in each and for the district; everybody is logged in."""
    for table, row in _everything(now):
        connection.execute(insert(table).values(filled(table, row, now)))
    for town in ("", *TOWNS):
        for role in StaffRole:
            id_ = staff_id(role, town)
            mine = {"id": id_, "username": id_, "name": id_, "role": str(role), "organisation_id": town or None}
            connection.execute(insert(staff).values(filled(staff, mine, now)))
            entry = {"token_sha256": token_sha256(f"token-{id_}"), "staff_id": id_, "expires_at": now + timedelta(7)}
            connection.execute(insert(sessions).values(filled(sessions, entry, now)))
    for town in TOWNS:
        somebody = {"id": id_of(Kind.STAFF, town), "username": town, "role": "operator", "organisation_id": town}
        connection.execute(insert(staff).values(filled(staff, somebody, now)))
        answers = update(people).where(people.c.id == id_of(Kind.PERSON, town))
        connection.execute(answers.values(staff_id=staff_id(StaffRole.RESPONDER, town)))


def plant_again(connection: Connection, now: datetime) -> None:
    """Whatever a test has deleted of the first town."""
    for table, row in _everything(now):
        if "id" in row and connection.scalar(select(table.c.id).where(table.c.id == row["id"])) is None:
            connection.execute(insert(table).values(filled(table, row, now)))


def filled(table: Table, row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """`row` with something in every column that must not be empty."""
    empty = [
        column
        for column in table.columns
        if not column.nullable and column.name not in row and column.server_default is None
    ]
    automatic = table.autoincrement_column
    made = {column.name: _something(column.type, now) for column in empty if column is not automatic}
    return {**made, **({"actor_kind": "staff"} if "actor_kind" in made else {}), **row}


def _something(type_: Any, now: datetime) -> Any:
    if isinstance(type_, (DateTime, UtcDateTime)):
        return now
    if isinstance(type_, Boolean):
        return False
    if isinstance(type_, JSON):
        return []
    return 0 if isinstance(type_, (Integer, Float)) else "x"


def _everything(now: datetime) -> Iterator[tuple[Table, dict[str, Any]]]:
    for town in TOWNS:
        yield organisations, {"id": town, "parent_id": "district", "kind": "town", "name": f"{town} town"}
        village = id_of(Kind.VILLAGE, town)
        yield villages, {"id": village, "name": village, "town_id": town}
        centre = f"{town}-centre"
        yield organisations, {"id": centre, "parent_id": town, "kind": "village", "name": f"{town} centre"}
        yield catchments, {"organisation_id": centre, "village_id": village}
        yield from _people(town, now)
        yield from _homes(town, now)
        yield from _dispatch(town, now)


def _people(town: str, now: datetime) -> Iterator[tuple[Table, dict[str, Any]]]:
    person, roster = id_of(Kind.PERSON, town), id_of(Kind.ROSTER, town)
    yield people, {"id": person, "organisation_id": town, "name": f"{town} person", "roles": ["operator"]}
    point = {"owner_kind": "person", "owner_id": person, "channel": "email", "address": f"p@{town}.example"}
    yield contact_points, {"id": id_of(Kind.CONTACT_POINT, town), **point}
    off = {"owner_kind": "organisation", "owner_id": town, "channel": "email", "address": f"o@{town}.example"}
    yield contact_points, {"id": f"{town}-off", "disabled_at": now, "verified_at": now, **off}
    zone = {"time_zone": "Asia/Shanghai", "needed": "always"}
    yield rosters, {"id": roster, "organisation_id": town, "role": "operator", "name": f"{town} roster", **zone}
    span = {"start_at": now - timedelta(hours=1), "end_at": now + timedelta(hours=9)}
    yield overrides, {"id": f"{town}-override", "roster_id": roster, "kind": "add", "person_id": person, **span}
    yield feeds, {"id": id_of(Kind.FEED, town), "token_sha256": town, "subject_kind": "roster", "subject_id": roster}


def _homes(town: str, now: datetime) -> Iterator[tuple[Table, dict[str, Any]]]:
    home, resident = id_of(Kind.HOME, town), id_of(Kind.RESIDENT, town)
    device = id_of(Kind.DEVICE, town)
    yield homes, {"id": home, "label": f"{town} home", "address": f"{town} road 1", "village_id": f"{town}-village"}
    sick = {"conditions": f"{town} heart", "medicines": f"{town} pills"}
    yield residents, {"id": resident, "home_id": home, "name": f"{town} resident", **sick}
    called = {"relation": "son", "phone": "13800000000", "position": 1, "role": "key_holder"}
    yield contacts, {"id": id_of(Kind.CONTACT, town), "home_id": home, "name": f"{town} son", **called}
    yield devices, {"id": device, "kind": "terminal", "state": "installed", "home_id": home, "room": f"{town} room"}
    yield accounts, {"device_id": device, "account": "{}"}
    day = f"{now - timedelta(days=1):%Y-%m-%d}"
    chained = {"day": day, "device_id": device, "body": "{}", "previous_hash": "", "hash": f"{town}-hash"}
    yield statements, {"position": NUMBERS[town], **chained}


def _dispatch(town: str, now: datetime) -> Iterator[tuple[Table, dict[str, Any]]]:
    alert, home, person = id_of(Kind.ALERT, town), id_of(Kind.HOME, town), id_of(Kind.PERSON, town)
    for id_, handling in ((alert, "accepted"), (f"{town}-closed", "closed")):
        yield alerts, alert_row(id_, town, now, handling=handling)
        yield changes, {"alert_id": id_}
    yield timeline, {"alert_id": alert, "kind": "note", "actor_name": f"{town} actor", "detail": {}}
    asked = {"recipient_kind": "person", "recipient_id": person, "recipient_name": f"{town} person"}
    code = {"token_sha256": f"{town}-token", "role": "responder", "state": "accepted", "organisation_id": town}
    yield assignments, {"id": f"{town}-assignment", "alert_id": alert, "expires_at": now, **asked, **code}
    yield key_uses, {"id": id_of(Kind.KEY_USE, town), "home_id": home, "alert_id": alert, "who": town, "kind": "own"}
    said = {"provider": "plain", "phone": "138", "text": f"{town} reply", "outcome": "unknown"}
    yield replies, {"id": f"{town}-reply", "alert_id": alert, **said}
    sent = {"kind": "call_out", "severity": "emergency", "contact_points": [], "facts": {"place": town}}
    for number, state in enumerate(("failed", "pending")):
        named = id_of(Kind.NOTICE, town) if number == 0 else f"{town}-notice-{number}"
        yield notices, {"id": named, "alert_id": alert, "state": state, **sent, **asked}
    yield calls, {"id": id_of(Kind.CALL, town), "alert_id": alert, "to_kind": "resident", "number": "13800000000"}
    heard = {"call_id": town, "caller_kind": "home", "home_id": home, "home_label": f"{town} home"}
    yield incoming, {"id": NUMBERS[town], "organisation_id": town, "alert_id": alert, **heard}
    excused = {"state": "impossible", "step": "voice", "reason": f"{town} reason"}
    yield marks, {"id": NUMBERS[town], "alert_id": alert, **excused}
    yield reviews, {"alert_id": alert, "reason": "never_accepted"}
    yield reviews, {"alert_id": f"{town}-closed", "reason": "voice_late", "closed_at": now, "closed_by": town}
    order = {"kind": "repair", "state": "assigned", "origin": "operator", "provider_id": town, "alert_id": alert}
    words = {"key": f"{town}-key", "text": f"{town} text", "home_id": home, "assignee_name": f"{town} person"}
    yield work_orders, {"id": id_of(Kind.WORK_ORDER, town), **order, **words, "assignee_id": person}


def alert_row(id_: str, town: str | None, now: datetime, **more: Any) -> dict[str, Any]:
    """An SOS of the home of that town; town None: of nobody."""
    place = {"home_id": id_of(Kind.HOME, town), "organisation_id": f"{town}-centre"} if town else {}
    kind = {"type": "care.sos.pressed", "severity": "emergency", "condition": "active", "handling": "new", "count": 1}
    device = id_of(Kind.DEVICE, town) if town else "stranger"
    closed = {"closed_at": now, "outcome": "helped"} if more.get("handling") == "closed" else {}
    return {
        "id": id_,
        "device_id": device,
        "received_at": now - timedelta(minutes=9),
        **kind,
        **place,
        **closed,
        **more,
    }


def offer(connection: Connection, alert_id: str, organisation_id: str, now: datetime) -> None:
    """What escalation does when a desk does not answer."""
    row = {"alert_id": alert_id, "organisation_id": organisation_id, "at": now, "reason": "siblings"}
    connection.execute(insert(offers).values(row))
