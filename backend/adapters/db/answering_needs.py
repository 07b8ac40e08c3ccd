"""How many responders an alert wants: what the policy of its own book says, pinned when it was raised."""

from __future__ import annotations

import structlog
from sqlalchemy import Connection, select

from backend.adapters.db.escalation import books, runs
from backend.domain.escalation.policy import BUILT_IN
from backend.services.escalation.read_book import BookRefused, policies_of

log = structlog.get_logger()


def responders_needed(db: Connection, alert_id: str) -> int:
    """1 where the policy says nothing of responders: the first to accept has it."""
    row = db.execute(
        select(runs.c.policy, books.c.body)
        .outerjoin(books, books.c.digest == runs.c.book)
        .where(runs.c.alert_id == alert_id)
    ).one_or_none()
    if row is None or row.policy is None:
        return 1
    try:
        policies = {policy.id: policy for policy in policies_of(row.body)} if row.body else {}
    except BookRefused:
        # A book of another version: an answer is never lost over it.
        log.warning("book_unreadable", alert_id=alert_id)
        return 1
    needs = policies.get(row.policy, BUILT_IN).needs
    return max(1, needs.responder, needs.anyone)
