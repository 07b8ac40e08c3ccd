"""Which gaps of the next 28 days are reported, to whom: each once, before it happens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from backend.domain.roster.gaps import forecast
from backend.domain.roster.model import Gap
from backend.services.notices.ports import NewNotice, NoticeKind, notice_id
from backend.services.roster.people_ports import Clock, Ids
from backend.services.roster.ports import KeptRoster, ReportedGap, RosterStore, RosterTransaction, Told
from contract.times import format_time
from contract.vocabulary import Severity

log = structlog.get_logger()

SOON: Final = timedelta(hours=24)
"""A gap that begins within a day cannot wait for the morning: the notice is urgent, no quiet hours hold it back."""
NOTICE_LASTS: Final = timedelta(days=2)
_NAMED: Final = 10
"""Gaps that one notice spells out; it says how many there are."""


class ReportGaps:
    """Compares the forecast with what was reported. Dies before the commit: neither reported nor remembered."""

    def __init__(self, store: RosterStore, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    def every(self) -> int:
        """All rosters, one transaction each; how many gaps were new."""
        return sum(self(kept.roster.id) for kept in self._store.every(self._clock.now()))

    def after_roster(self, roster_id: str) -> None:
        """Once a change of a roster is committed. What fails here is done by the next look at all rosters."""
        self._now_or_later(lambda: self(roster_id))

    def after_person(self, person_id: str) -> None:
        """Once a change of a person or of their channels is committed: the rosters in which they stand."""
        now = self._clock.now()
        self._now_or_later(lambda: sum(self(kept.roster.id) for kept in self._store.of_person(person_id, now)))

    def _now_or_later(self, report: Callable[[], int]) -> None:
        try:
            report()
        except Exception as error:
            # The change is committed: whoever made it must not be told that it failed.
            log.warning("gaps_not_reported_yet", error=type(error).__name__)

    def __call__(self, roster_id: str) -> int:
        """One roster; how many gaps were new. Nothing for one that is gone."""
        now = self._clock.now()
        with self._store.begin() as tx:
            kept = tx.locked(roster_id, now)
            if kept is None:
                return 0
            uncovered = tx.uncovered(kept.roster.people, kept.roster.role)
            found = forecast(kept.roster, now, uncovered.get).gaps
            known = tx.reported(roster_id)
            new = [gap for gap in found if _before(gap, known) is None]
            remembered = list(_remembered(found, known, now))
            if remembered == list(known):
                return 0
            tx.keep_reported(roster_id, remembered)
            if new:
                tx.put_notices(list(self._notices(tx, kept, new, now)), now)
            tx.commit()
        if new:
            log.warning("roster_gaps", roster=roster_id, gaps=len(new), first=format_time(new[0].start))
        return len(new)

    def _notices(
        self, tx: RosterTransaction, kept: KeptRoster, new: Sequence[Gap], now: datetime
    ) -> Iterable[NewNotice]:
        roster = kept.roster
        report = self._ids.new()
        facts = {
            "roster": kept.name,
            "roster_id": roster.id,
            "organisation": tx.organisation_name(roster.organisation_id),
            "role": str(roster.role),
            "count": len(new),
            "gaps": [_fact(gap) for gap in new[:_NAMED]],
        }
        for told in tx.told_of_gaps(roster.organisation_id):
            yield _notice(report, told, facts, new[0].start, now)


def _notice(report: str, told: Told, facts: Mapping[str, object], first: datetime, now: datetime) -> NewNotice:
    return NewNotice(
        id=notice_id(report, NoticeKind.ROSTER_GAP, 0, 0, told.id),
        kind=NoticeKind.ROSTER_GAP,
        severity=Severity.URGENT if first - now < SOON else Severity.ADVISORY,
        recipient_kind=told.kind,
        recipient_id=told.id,
        recipient_name=told.name,
        created_at=now,
        deadline_at=now + NOTICE_LASTS,
        contact_points=told.contact_points,
        facts=facts,
    )


def _fact(gap: Gap) -> dict[str, str]:
    return {"start": format_time(gap.start), "end": format_time(gap.end), "reason": str(gap.reason)}


def _before(gap: Gap, known: Iterable[ReportedGap]) -> ReportedGap | None:
    """What was reported of this gap: the window moves on and its edges with it, so it is one that overlaps."""
    same = (each for each in known if each.reason is gap.reason and each.start < gap.end and gap.start < each.end)
    return next(same, None)


def _remembered(found: Iterable[Gap], known: Sequence[ReportedGap], now: datetime) -> Iterable[ReportedGap]:
    """What is still open; a gap that is closed is forgotten, so that it is reported when it opens again."""
    for gap in found:
        before = _before(gap, known)
        fresh = ReportedGap(gap.start, gap.end, gap.reason, now)
        yield fresh if before is None else replace(fresh, reported_at=before.reported_at)
