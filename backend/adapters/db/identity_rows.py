"""Rows of identity as what the services know them by, and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from backend.services.identity.actor import Scope, StaffRole
from backend.services.identity.ports import StaffAccount
from backend.services.identity.store import ApiToken, Factor, SessionRow


def account_of(row: Row[Any]) -> StaffAccount:
    """A row of `staff`."""
    return StaffAccount(
        id=row.id,
        username=row.username,
        name=row.name,
        role=StaffRole(row.role),
        locale=row.locale,
        password_hash=row.password_hash,
        disabled=row.disabled,
        organisation_id=row.organisation_id,
        one_time_until=row.one_time_until,
        oidc_subject=row.oidc_subject,
    )


def row_of(account: StaffAccount) -> dict[str, Any]:
    """All of it but when it was made."""
    return {
        "id": account.id,
        "username": account.username,
        "name": account.name,
        "role": account.role.value,
        "locale": account.locale,
        "password_hash": account.password_hash,
        "disabled": account.disabled,
        "organisation_id": account.organisation_id,
        "one_time_until": account.one_time_until,
        "oidc_subject": account.oidc_subject,
    }


def session_of(row: Row[Any]) -> SessionRow:
    """A row of `sessions`."""
    return SessionRow(
        row.token_sha256, row.staff_id, row.created_at, row.expires_at, row.used_at, row.address, row.agent
    )


def factor_of(row: Row[Any] | None) -> Factor:
    """A row of `second_factors`; there is none where nobody has begun."""
    return Factor(row.secret, row.pending, row.last_step) if row is not None else Factor()


def token_of(row: Row[Any]) -> ApiToken:
    """A row of `api_tokens`."""
    return ApiToken(
        id=row.id,
        name=row.name,
        token_sha256=row.token_sha256,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        organisation_id=row.organisation_id,
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )
