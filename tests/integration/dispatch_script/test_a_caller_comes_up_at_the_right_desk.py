"""A caller's number finds the home, its open alert and the desk that is open; a stranger is shown as one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, update

from backend.adapters.db.engine import writing
from backend.adapters.db.organisation import organisations
from backend.adapters.db.registry import homes, residents
from backend.services.telephony.ports import CallerKind, Incoming
from backend.services.telephony.shown import as_json
from backend.services.telephony.take_incoming import TakeIncoming
from tests.harness.scripted import DESK_LINE, Scripted

ZONE = ZoneInfo("Asia/Shanghai")
BY_DAY = {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
NIGHT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


@pytest.fixture
def take(scripted: Scripted) -> TakeIncoming:
    """With a centre that closes at 17:00, a town above it, and a home with a resident and a line."""
    scripted.pressed()
    with writing(scripted.engine) as connection:
        for values in (
            {"id": "town", "parent_id": "district", "kind": "town", "name": "桃花镇", "hours": None, "phone": "0580-7"},
            {"id": "village", "parent_id": "town", "kind": "village", "name": "沙湾", "hours": BY_DAY, "phone": None},
        ):
            connection.execute(insert(organisations).values(provides=[], **values))
        connection.execute(update(homes).values(organisation_id="village", phone="0580 2039999"))
        connection.execute(update(residents).values(phone="138-1111-2222"))
        connection.commit()
    return TakeIncoming(scripted.incoming, scripted.clock, ZONE)


def test_a_resident_comes_up_with_the_open_alert(scripted: Scripted, take: TakeIncoming) -> None:
    call = take("pbx", "1", "13811112222", DESK_LINE)
    (alert,) = scripted.open()
    assert (call.caller_kind, call.home_id, call.home_label) == (CallerKind.RESIDENT, "h-T1", "沙湾村 12 号")
    assert (call.alert_id, call.organisation_id) == (alert.id, "village")
    assert as_json(call)["caller"] == "138****2222"


@pytest.mark.parametrize(
    ("caller", "kind"),
    [("+865802039999", CallerKind.HOME), ("+8613800001234", CallerKind.CONTACT), ("02110000", CallerKind.UNKNOWN)],
)
def test_lines_and_contacts_are_found_and_strangers_are_strangers(
    take: TakeIncoming, caller: str, kind: CallerKind
) -> None:
    call = take("pbx", "1", caller, DESK_LINE)
    assert call.caller_kind is kind
    if kind is CallerKind.UNKNOWN:
        assert (call.home_id, call.organisation_id, call.matches) == (None, "district", ())
        assert as_json(call)["caller"] == call.caller


def test_a_withheld_number_is_nobody(take: TakeIncoming) -> None:
    assert take("pbx", "1", "", DESK_LINE).caller_kind is CallerKind.UNKNOWN


def test_at_night_it_comes_up_where_the_night_route_leads(scripted: Scripted, take: TakeIncoming) -> None:
    scripted.clock.turn(NIGHT - scripted.clock.now())
    assert take("pbx", "1", "13811112222", DESK_LINE).organisation_id == "town"
    with writing(scripted.engine) as connection:
        connection.execute(
            update(organisations).where(organisations.c.id == "village").values(night_organisation_id="district")
        )
        connection.commit()
    assert take("pbx", "2", "13811112222", DESK_LINE).organisation_id == "district"


def test_the_same_call_is_the_same_call_whoever_is_quicker(scripted: Scripted, take: TakeIncoming) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: take("pbx", "7", "13811112222", DESK_LINE), range(8)))
    assert len({call.id for call in found}) == 1
    assert take("other", "7", "13811112222", DESK_LINE).id != found[0].id
    assert len(scripted.incoming.incoming(10)) == 2


def test_the_stream_follows_them_in_order(scripted: Scripted, take: TakeIncoming) -> None:
    head = scripted.incoming.last_id()
    calls: list[Incoming] = [take("pbx", str(number), "13811112222", DESK_LINE) for number in range(3)]
    assert [told.id for told in scripted.incoming.after(head, 10)] == [call.id for call in calls]
    assert scripted.incoming.after(head, 10)[0].data == as_json(calls[0])
    assert len(scripted.incoming.since(scripted.clock.now(), 10)) == 3
    assert scripted.incoming.incoming_call(calls[1].id) == calls[1]
