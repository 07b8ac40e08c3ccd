"""Tokens for programs: made, shown once, listed, revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, Field

from backend.api.bodies import ONE_LINE, Answer, Body, Moment
from backend.api.identity_problems import staff_refused, token_refused, unknown
from backend.api.security import CurrentActor
from backend.services.identity.actor import Scope
from backend.services.identity.api_tokens import ApiTokens, TokenFault, WantedToken
from backend.services.identity.staff_refusals import StaffRefused
from backend.services.identity.store import ApiToken
from contract.vocabulary import Label

Gives = CurrentActor
ScopeName = Literal["read", "enrol", "metrics", "telephony"]
"""`api_tokens.GIVEN`: those of gateways stand in the file, which is read while the database is away."""


@dataclass(frozen=True, slots=True)
class TokenCalls:
    """What these calls need."""

    tokens: ApiTokens


class NewTokenBody(Body):
    """`expires_at`: at most three years ahead. `organisation_id` null or absent: the whole district."""

    name: Annotated[str, Field(min_length=1, max_length=64, pattern=ONE_LINE)]
    scopes: Annotated[list[ScopeName], Field(min_length=1, max_length=4)]
    expires_at: Annotated[AwareDatetime, Field(strict=False)]
    organisation_id: Annotated[str, Field(min_length=1, max_length=64, pattern=ONE_LINE)] | None = None


class TokenView(Answer):
    """A token without itself. `used_at`: to the minute."""

    id: str
    name: str
    scopes: list[Scope]
    organisation_id: str | None
    created_by: str
    created_at: Moment
    expires_at: Moment
    revoked_at: Moment | None
    used_at: Moment | None


class TokenList(Answer):
    """The latest first; revoked and expired ones stay to be seen."""

    items: list[TokenView]


class NewTokenView(Answer):
    """`token` is shown here only: it goes into `Authorization: Bearer`."""

    token: str
    kept: TokenView


def router(calls: TokenCalls) -> APIRouter:
    """`/tokens` of the staff API."""
    api = APIRouter(prefix="/tokens", tags=["tokens"])

    @api.get("")
    def tokens(actor: Gives) -> TokenList:
        return TokenList(items=[_view(token) for token in calls.tokens.shown(actor)])

    @api.post("", status_code=201)
    def make(body: NewTokenBody, response: Response, actor: Gives) -> NewTokenView:
        """409 `token_name_taken`: also where the same request has come twice; revoke that one then."""
        scopes = frozenset(Scope(scope) for scope in body.scopes)
        expires_at: datetime = body.expires_at
        try:
            made = calls.tokens.make(WantedToken(body.name, scopes, body.organisation_id, expires_at), actor)
        except StaffRefused as refused:
            raise staff_refused(refused) from None
        if isinstance(made, TokenFault):
            raise token_refused(made)
        response.headers["Cache-Control"] = "no-store"
        return NewTokenView(token=made.token, kept=_view(made.kept))

    @api.delete("/{token_id}", status_code=204)
    def revoke(token_id: str, actor: Gives) -> None:
        if not calls.tokens.revoke(token_id, actor):
            raise unknown("token", Label("没有这个有效令牌", "No such token in force"))

    return api


def _view(token: ApiToken) -> TokenView:
    return TokenView(
        id=token.id,
        name=token.name,
        scopes=sorted(token.scopes),
        organisation_id=token.organisation_id,
        created_by=token.created_by,
        created_at=token.created_at,
        expires_at=token.expires_at,
        revoked_at=token.revoked_at,
        used_at=token.used_at,
    )
