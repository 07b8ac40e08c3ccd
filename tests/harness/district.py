"""Rows of a small district for tests of duty and cover: organisations, people, contact points, rosters."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import Connection, insert

from backend.adapters.db.identity import staff
from backend.adapters.db.organisation import catchments, organisations, villages
from backend.adapters.db.people import contact_points, people
from backend.adapters.db.registry import contacts, homes, residents
from backend.adapters.db.roster import holidays, overrides, participants, rosters, rotations

LONG_AGO: Final = datetime(2026, 1, 1, tzinfo=UTC)
DAYTIME: Final = {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


class District:
    """Adds rows in the caller's transaction; what is not said is as plain as can be."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def organisation(self, id_: str, parent: str = "district", kind: str = "village", **columns: Any) -> str:
        row = {"id": id_, "parent_id": parent, "kind": kind, "name": id_, "provides": [], **columns}
        self._db.execute(insert(organisations).values(row))
        return id_

    def village(self, id_: str, served_by: str | None = None, **columns: Any) -> str:
        self._db.execute(insert(villages).values({"id": id_, "name": id_, **columns}))
        if served_by is not None:
            self._db.execute(insert(catchments).values(organisation_id=served_by, village_id=id_, position=0))
        return id_

    def home(self, id_: str, **columns: Any) -> str:
        self._db.execute(insert(homes).values({"id": id_, "label": id_, "address": "-", **columns}))
        return id_

    def resident(self, id_: str, home_id: str, **columns: Any) -> str:
        self._db.execute(insert(residents).values({"id": id_, "home_id": home_id, "name": id_, **columns}))
        return id_

    def contact(self, id_: str, home_id: str, position: int, reached: bool = True, **columns: Any) -> str:
        row = {"id": id_, "home_id": home_id, "name": id_, "relation": "-", "phone": "1", "position": position}
        self._db.execute(insert(contacts).values({**row, "role": "key_holder", **columns}))
        if reached:
            self.point(id_, kind="contact")
        return id_

    def account(self, id_: str, **columns: Any) -> str:
        row = {"id": id_, "username": id_, "name": id_, "role": "operator", "locale": "zh-CN", "password_hash": "x"}
        self._db.execute(insert(staff).values({**row, "created_at": LONG_AGO, **columns}))
        return id_

    def person(
        self, id_: str, organisation_id: str, role: str = "responder", *, reached: bool = True, **columns: Any
    ) -> str:
        row = {"id": id_, "organisation_id": organisation_id, "name": id_, "roles": [role], **columns}
        self._db.execute(insert(people).values(row))
        if reached:
            self.point(id_)
        return id_

    def point(
        self, owner: str, channel: str = "sms", kind: str = "person", *, verified: bool = True, **columns: Any
    ) -> str:
        row = {
            "id": f"{owner}.{channel}",
            "owner_kind": kind,
            "owner_id": owner,
            "channel": channel,
            "address": f"{owner}@{channel}",
            "verified_at": LONG_AGO if verified else None,
            "created_at": LONG_AGO,
        }
        self._db.execute(insert(contact_points).values({**row, **columns}))
        return f"{owner}.{channel}"

    def roster(
        self, id_: str, organisation_id: str, role: str, *shifts: tuple[str, ...], needed: str = "always", **turn: Any
    ) -> str:
        """One daily rotation (hand-over 08:00 in Shanghai) per tuple of people."""
        self._db.execute(
            insert(rosters).values(
                id=id_, organisation_id=organisation_id, role=role, name=id_, time_zone="Asia/Shanghai", needed=needed
            )
        )
        for layer, who in enumerate(shifts):
            rotation = f"{id_}.{layer}"
            row = {
                "id": rotation,
                "roster_id": id_,
                "position": layer,
                "name": rotation,
                "kind": "daily",
                "start": date(2026, 11, 1),
                "length": 1,
                "hand_over": "08:00",
                "use": "regular",
            }
            self._db.execute(insert(rotations).values({**row, **turn}))
            for position, person in enumerate(who):
                self._db.execute(insert(participants).values(rotation_id=rotation, position=position, person_id=person))
        return id_

    def override(self, roster_id: str, kind: str, start: datetime, end: datetime, **columns: Any) -> None:
        row = {"id": f"{roster_id}.{kind}.{start:%d%H}", "roster_id": roster_id, "kind": kind, "start_at": start}
        row |= {"end_at": end, "number": 1, "created_by": "test", "created_at": LONG_AGO}
        self._db.execute(insert(overrides).values({**row, **columns}))

    def holiday(self, roster_id: str, day: date, *who: str) -> None:
        self._db.execute(insert(holidays).values(roster_id=roster_id, day=day, name="节", people=list(who)))
