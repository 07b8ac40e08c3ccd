"""Every open alert has a valid next step: what has none is raised at the district desk, and its timer is mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from backend.domain.audit.findings import OVERDUE, Case, Finding, judge
from backend.services.alarm.ports import Clock
from backend.services.audit.open_reviews import open_reviews, overdue_reviews
from backend.services.audit.ports import AuditStore, Heartbeat
from backend.services.audit.raise_finding import AGAIN_AFTER, mend, raise_finding
from backend.services.audit.tally import Round, Tally

log = structlog.get_logger()

BEAT_EVERY: Final = timedelta(seconds=60)
PAGE: Final = 500
MOST_RAISED: Final = 200
"""In one round, of severe ones first; the rest in the next. A press waits behind none of them for long, and a round
ends in time."""
Pages = Callable[[str, int], Sequence[str]]


@dataclass(slots=True)
class AuditAlerts:
    """The use case, a round of the auditor. Any number of processes may run it."""

    store: AuditStore
    clock: Clock
    heartbeat: Heartbeat
    tally: Tally = field(default_factory=Tally)
    _last_beat: datetime | None = field(default=None, init=False)
    _late: list[tuple[str, str]] = field(default_factory=list, init=False)

    def __call__(self) -> Round:
        """What the round came to. Outside is told only when every open alert was proved, or raised where it could not
        be: silence there means that somebody has to look."""
        now = self.clock.now()
        self.tally.begin(now)
        self._late.clear()
        self._part("open", lambda: self._judge(self.store.open_alerts, now))
        self._part("unended", lambda: self._judge(lambda *page: self.store.unended(now - OVERDUE, *page), now))
        self._part("notices", lambda: self._free(now))
        self._part("reviews", lambda: self._review(now))
        done = self.tally.end()
        if done.whole and (self._last_beat is None or now - self._last_beat >= BEAT_EVERY):
            self._last_beat = now
            self.heartbeat.beat(done.proved)
        return done

    def _part(self, name: str, work: Callable[[], None]) -> None:
        """One part that breaks keeps no other from being done."""
        try:
            work()
        except Exception as error:
            self.tally.failed(name, error)

    def _judge(self, pages: Pages, now: datetime) -> None:
        wrong: list[Case] = []
        for ids in _each_page(pages):
            for case in self._read(ids):
                self._late += [(case.alert.id, str(reason)) for reason in overdue_reviews(case, now)]
                if judge(case, now) is None:
                    self.tally.proved += 1
                else:
                    wrong.append(case)
        lately = self.store.found_lately(now - AGAIN_AFTER) if wrong else frozenset()
        wrong.sort(key=lambda each: (each.alert.id in lately, each.alert.severity.rank, each.alert.received_at))
        self.tally.left += max(0, len(wrong) - MOST_RAISED)
        for case in wrong[:MOST_RAISED]:
            self._part(case.alert.id, partial(self._look, case.alert.id, now))

    def _read(self, ids: Sequence[str]) -> Sequence[Case]:
        """A row that cannot be read hides no other of its page."""
        try:
            return self.store.cases(ids)
        except Exception as error:
            if len(ids) == 1:
                self.tally.failed(ids[0], error)
                return ()
            return [case for alert_id in ids for case in self._read([alert_id])]

    def _look(self, alert_id: str, now: datetime) -> None:
        with self.store.begin() as tx:
            case = tx.case(alert_id)
            finding = judge(case, now) if case is not None else None
            if case is None or finding is None:
                return
            raise_finding(tx, case.alert, finding, now)
            tx.commit()
        self.tally.found(finding)
        self._mend(alert_id, finding, now)

    def _free(self, now: datetime) -> None:
        for ids in _each_page(lambda *page: self.store.stuck(now, *page)):
            for alert_id in ids:
                self._part(alert_id, partial(self._look_at_notices, alert_id, now))

    def _look_at_notices(self, alert_id: str, now: datetime) -> None:
        with self.store.begin() as tx:
            case = tx.case(alert_id)
            if case is None or not tx.stuck_notices(alert_id, now):
                return
            raise_finding(tx, case.alert, Finding.NOTICE_STUCK, now)
            tx.commit()
        self.tally.found(Finding.NOTICE_STUCK)
        self._mend(alert_id, Finding.NOTICE_STUCK, now)

    def _review(self, now: datetime) -> None:
        """Those whose 180 s are over, and who are not on the list yet."""
        new: dict[str, None] = {}
        for begin in range(0, len(self._late), PAGE):
            page = self._late[begin : begin + PAGE]
            known = self.store.reviewed([alert_id for alert_id, _ in page])
            new.update({alert_id: None for alert_id, reason in page if (alert_id, reason) not in known})
        for alert_id in list(new)[:MOST_RAISED]:
            self._part(alert_id, partial(self._open_reviews, alert_id, now))

    def _open_reviews(self, alert_id: str, now: datetime) -> None:
        with self.store.begin() as tx:
            if open_reviews(tx, alert_id, now):
                tx.commit()

    def _mend(self, alert_id: str, finding: Finding, now: datetime) -> None:
        """In a transaction of its own: what was raised stays raised."""
        with self.store.begin() as tx:
            case = tx.case(alert_id)
            if case is not None:
                mend(tx, case, finding, now)
            tx.commit()


def _each_page(pages: Pages) -> Iterator[Sequence[str]]:
    """All of them, however many: what stands behind a flood is looked at too."""
    after = ""
    while ids := pages(after, PAGE):
        yield ids
        after = ids[-1]
