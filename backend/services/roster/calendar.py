"""A roster or a person's duties as an iCalendar, read by a secret address without logging in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from icalendar import Calendar, Event

from backend.domain.roster.duty import shifts
from backend.domain.roster.model import Shift
from backend.services.identity.actor import Actor
from backend.services.roster.people_ports import Clock, Ids
from backend.services.roster.ports import Feed, FeedKind, KeptRoster, RosterStore
from backend.services.roster.refusals import Refusal, Refused
from backend.services.roster.words import ROLE_LABELS, WHY_LABELS

log = structlog.get_logger()

BEHIND: Final = timedelta(days=14)
AHEAD: Final = timedelta(days=84)


@dataclass(frozen=True, slots=True)
class OpenedFeed:
    """A feed with its secret, which is shown once and kept nowhere."""

    feed: Feed
    token: str


class Calendars:
    """Opens, revokes and reads feeds. `new_token`: a secret of at least 256 random bits."""

    def __init__(self, store: RosterStore, clock: Clock, ids: Ids, new_token: Callable[[], str]) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._new_token = new_token

    def open(self, kind: FeedKind, subject_id: str, actor: Actor) -> OpenedFeed:
        """A new address; those that were given out before go on. Raises `Refusal`."""
        self._must_exist(kind, subject_id)
        token = self._new_token()
        who = f"{actor.kind}:{actor.id}"
        feed = Feed(self._ids.new(), kind, subject_id, hash_of(token), who, self._clock.now())
        self._store.add_feed(feed)
        log.info("calendar_opened", feed=feed.id, kind=str(kind), subject=subject_id, actor=actor.id)
        return OpenedFeed(feed, token)

    def revoke(self, feed_id: str, actor: Actor) -> bool:
        """From now on nobody reads it; False where there is none that is open."""
        revoked = self._store.revoke_feed(feed_id, self._clock.now())
        log.info("calendar_revoked", feed=feed_id, actor=actor.id, found=revoked)
        return revoked

    def read(self, token: str) -> bytes | None:
        """The calendar behind a secret; None for an unknown or revoked one."""
        feed = self._store.feed(hash_of(token))
        if feed is None:
            return None
        now = self._clock.now()
        since = now - BEHIND
        if feed.kind is FeedKind.PERSON:
            return self._calendar(self._store.of_person(feed.subject_id, since), now, only=feed.subject_id)
        kept = self._store.one(feed.subject_id, since)
        return self._calendar([kept], now) if kept is not None else None

    def _must_exist(self, kind: FeedKind, subject_id: str) -> None:
        if kind is FeedKind.ROSTER and self._store.one(subject_id, self._clock.now()) is None:
            raise Refusal(Refused.UNKNOWN_ROSTER, subject_id)
        if kind is FeedKind.PERSON and not self._store.names([subject_id]):
            raise Refusal(Refused.UNKNOWN_PERSON, subject_id)

    def _calendar(self, rosters: Iterable[KeptRoster], now: datetime, only: str | None = None) -> bytes:
        calendar = Calendar()
        calendar.add("prodid", "-//care//roster//ZH")
        calendar.add("version", "2.0")
        calendar.add("x-wr-calname", "值班表 Roster")
        since = now - BEHIND
        for kept in rosters:
            found = [shift for shift in shifts(kept.roster, since, now + AHEAD) if only is None or shift.person == only]
            names = self._store.names({shift.person for shift in found})
            for shift in found:
                running = shift.start <= since
                calendar.add_component(_event(kept, shift, names.get(shift.person, "?"), now, running))
        return bytes(calendar.to_ical())


def hash_of(token: str) -> str:
    """What is kept of a secret: it is random, so SHA-256 is the right form."""
    return hashlib.sha256(token.encode()).hexdigest()


def _event(kept: KeptRoster, shift: Shift, name: str, now: datetime, running: bool) -> Event:
    role, why = ROLE_LABELS[kept.roster.role], WHY_LABELS[shift.duty.why]
    event = Event()
    # The same shift has the same uid at each reading, so that a calendar moves an entry and does not double it; of one
    # that began before the calendar does, the beginning is another at each reading.
    begins = "running" if running else f"{shift.start:%Y%m%dT%H%M%SZ}"
    event.add("uid", f"{kept.roster.id}/{shift.person}/{shift.duty.source}/{begins}@care")
    event.add("dtstamp", now)
    event.add("dtstart", shift.start)
    event.add("dtend", shift.end)
    event.add("summary", f"{name} · {kept.name}")
    event.add("description", f"{role.zh}，{why.zh} · {role.en}, {why.en}")
    return event
