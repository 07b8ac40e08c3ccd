"""A call comes in: who that is, which alert it may be about, and at whose desk it comes up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from backend.services.alarm.ports import Clock
from backend.services.telephony.numbers import normal_or_as_is
from backend.services.telephony.ports import CallerKind, DeskRouting, Incoming, IncomingStore, IncomingTransaction


@dataclass(frozen=True, slots=True)
class TakeIncoming:
    """The use case. `zone`: where opening hours are written."""

    store: IncomingStore
    clock: Clock
    zone: ZoneInfo

    def __call__(self, account: str, call_id: str, caller: str, called: str) -> Incoming:
        """The same call id of the same account is the same call, for ever."""
        now = self.clock.now()
        with self.store.begin() as tx:
            known = tx.known(account, call_id)
            if known is not None:
                return known
            call = self._found(tx, Incoming(account, call_id, normal_or_as_is(caller), normal_or_as_is(called), now))
            added = tx.add(call)
            tx.commit()
        return added

    def _found(self, tx: IncomingTransaction, call: Incoming) -> Incoming:
        matches = tuple(tx.matches(call.caller))
        first = matches[0] if matches else None
        home_id = first.home_id if first is not None else None
        if home_id is not None:
            centre = tx.routing.centre_of(home_id)
        else:
            centre = tx.organisation_with(call.called) or tx.routing.district_id
        return Incoming(
            account=call.account,
            call_id=call.call_id,
            caller=call.caller,
            called=call.called,
            at=call.at,
            caller_kind=first.kind if first is not None else CallerKind.UNKNOWN,
            home_id=home_id,
            home_label=tx.home_label(home_id) if home_id is not None else None,
            alert_id=tx.open_alert_of(home_id) if home_id is not None else None,
            organisation_id=desk(tx.routing, centre, call.at, self.zone),
            matches=matches,
        )


def desk(routing: DeskRouting, centre: str, at: datetime, zone: ZoneInfo) -> str:
    """The first open desk on the way from `centre` along the night routes; the district, which never closes."""
    seen: set[str] = set()
    while centre not in seen:
        if routing.open_now(centre, at, zone):
            return centre
        seen.add(centre)
        centre = routing.night_of(centre)
    return routing.district_id
