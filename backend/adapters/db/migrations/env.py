"""Alembic's way in: the caller's connection and transaction, nothing of its own."""

from __future__ import annotations

from alembic import context

from backend.adapters.db.base import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
