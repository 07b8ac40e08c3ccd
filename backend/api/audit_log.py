"""The audit log, for those who watch over the others."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from backend.api.access import Sees
from backend.api.bodies import ONE_LINE, Answer, Moment
from backend.domain.audit_log.entry import AuditLink
from backend.services.audit_log.ports import Asked, AuditReader

MOST: int = 500


class AuditEntryView(Answer):
    """`actor_kind` is empty for a stranger. `hash` covers the entry and, through the one before, all earlier ones."""

    position: int
    at: Moment
    actor_kind: str
    actor_id: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


class AuditLogAnswer(Answer):
    """The newest first. `next_before`: where the next page begins; null at the end."""

    items: list[AuditEntryView]
    next_before: int | None


@dataclass(frozen=True)
class AuditLogCalls:
    """What the routes need."""

    read: AuditReader


def router(calls: AuditLogCalls) -> APIRouter:
    """`/audit-log`."""
    routes = APIRouter(tags=["audit log"])

    @routes.get("/audit-log")
    def page(
        sight: Sees,
        actor_id: Annotated[str, Query(max_length=128, pattern=ONE_LINE)] = "",
        action: Annotated[str, Query(max_length=160, pattern=ONE_LINE)] = "",
        subject: Annotated[
            str, Query(max_length=160, pattern=ONE_LINE, description="`alert:<id>`, `home:<id>` …")
        ] = "",
        since: Annotated[AwareDatetime | None, Query()] = None,
        until: Annotated[AwareDatetime | None, Query()] = None,
        before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> AuditLogAnswer:
        """Who saw and changed what; in a subtree, what its own staff have seen and done."""
        found = calls.read.page(Asked(actor_id, action, subject, since, until, before, limit), sight)
        more = found[-1].position if len(found) == limit and found[-1].position > 1 else None
        return AuditLogAnswer(items=[_view(link) for link in found], next_before=more)

    return routes


def _view(link: AuditLink) -> AuditEntryView:
    body = json.loads(link.body)
    return AuditEntryView(
        position=link.position,
        at=body["at"],
        actor_kind=body["actor"]["kind"],
        actor_id=body["actor"]["id"],
        action=body["action"],
        subject=body["subject"],
        detail=body["detail"],
        hash=link.hash,
    )
