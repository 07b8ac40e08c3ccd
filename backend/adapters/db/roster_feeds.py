"""Calendars that are read by a secret: who may, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Engine, RowMapping, insert, select, update

from backend.adapters.db.engine import reading, writing
from backend.adapters.db.roster import feeds
from backend.services.roster.ports import Feed, FeedKind


class SqlFeeds:
    """The feeds of `RosterStore`."""

    def __init__(self, engine: Engine) -> None:
        self._feed_engine = engine

    def add_feed(self, feed: Feed) -> None:
        """A new one; those before go on."""
        row = asdict(feed)
        row["subject_kind"] = row.pop("kind")
        with writing(self._feed_engine) as connection:
            connection.execute(insert(feeds).values(row))
            connection.commit()

    def feeds(self, kind: FeedKind, subject_id: str) -> Sequence[Feed]:
        """The oldest first, revoked ones too."""
        ours = (feeds.c.subject_kind == kind.value) & (feeds.c.subject_id == subject_id)
        with reading(self._feed_engine) as connection:
            rows = connection.execute(select(feeds).where(ours).order_by(feeds.c.created_at, feeds.c.id)).mappings()
            return [_feed(row) for row in rows]

    def feed(self, token_sha256: str) -> Feed | None:
        """The one with this secret, unless it was revoked."""
        query = select(feeds).where(feeds.c.token_sha256 == token_sha256, feeds.c.revoked_at.is_(None))
        with reading(self._feed_engine) as connection:
            row = connection.execute(query).mappings().first()
        return _feed(row) if row is not None else None

    def revoke_feed(self, feed_id: str, now: datetime) -> bool:
        """False where there is none that is still open."""
        open_one = (feeds.c.id == feed_id) & feeds.c.revoked_at.is_(None)
        with writing(self._feed_engine) as connection:
            revoked = connection.execute(update(feeds).where(open_one).values(revoked_at=now)).rowcount
            connection.commit()
        return bool(revoked)


def _feed(row: RowMapping) -> Feed:
    return Feed(
        id=row["id"],
        kind=FeedKind(row["subject_kind"]),
        subject_id=row["subject_id"],
        token_sha256=row["token_sha256"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        revoked_at=row["revoked_at"],
    )
