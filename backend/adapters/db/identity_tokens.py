"""Tokens of programs in the relational database."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Engine, and_, insert, select, text, update

from backend.adapters.db.engine import is_sqlite, reading, writing
from backend.adapters.db.identity import api_tokens
from backend.adapters.db.identity_rows import token_of
from backend.services.identity.store import ApiToken

_TOKENS_KEY: Final = 0x746F6B65  # "toke"


class SqlTokenStore:
    """`TokenStore` on SQLAlchemy."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, token: ApiToken) -> bool:
        with writing(self._engine) as connection:
            if not is_sqlite(self._engine):
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _TOKENS_KEY})
            same = select(api_tokens.c.id).where(api_tokens.c.name == token.name, _in_force(token.created_at))
            if connection.execute(same).first() is not None:
                return False
            connection.execute(
                insert(api_tokens).values(
                    id=token.id,
                    name=token.name,
                    token_sha256=token.token_sha256,
                    scopes=sorted(token.scopes),
                    organisation_id=token.organisation_id,
                    created_by=token.created_by,
                    created_at=token.created_at,
                    expires_at=token.expires_at,
                )
            )
            connection.commit()
        return True

    def every(self) -> list[ApiToken]:
        query = select(api_tokens).order_by(api_tokens.c.created_at.desc(), api_tokens.c.id)
        with reading(self._engine) as connection:
            return [token_of(row) for row in connection.execute(query)]

    def find(self, token_sha256: str, now: datetime) -> ApiToken | None:
        query = select(api_tokens).where(api_tokens.c.token_sha256 == token_sha256, _in_force(now))
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return token_of(row) if row is not None else None

    def revoke(self, token_id: str, now: datetime) -> bool:
        revoked = update(api_tokens).where(api_tokens.c.id == token_id, _in_force(now)).values(revoked_at=now)
        with writing(self._engine) as connection:
            done = connection.execute(revoked).rowcount == 1
            connection.commit()
        return done

    def used(self, token_id: str, now: datetime) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(used_at=now))
            connection.commit()


def _in_force(now: datetime) -> ColumnElement[bool]:
    return and_(api_tokens.c.revoked_at.is_(None), api_tokens.c.expires_at > now)
