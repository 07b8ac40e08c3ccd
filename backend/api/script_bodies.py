"""What the calls about scripts and telephones share: texts, moments, keys, who may, and errors of the same kind."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Header
from pydantic import BeforeValidator, StringConstraints, WithJsonSchema

from backend.api.bodies import ONE_LINE
from backend.api.problems import Problem
from backend.domain.alert.model import Actor as TimelineActor
from backend.domain.alert.model import ActorKind
from backend.services.identity.actor import Actor
from contract.times import is_plausible, parse_time
from contract.vocabulary import Label

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128, pattern=ONE_LINE)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=ONE_LINE)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=128, pattern=r"^[\x20-\x7e]+$")]


def _moment(sent: Any) -> datetime:
    moment = parse_time(sent) if isinstance(sent, str) else None
    if moment is None or not is_plausible(moment):
        raise ValueError("RFC 3339 with a zone, such as 2026-11-25T04:00:00Z")
    return moment


SentMoment = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"}, mode="validation")
]
"""A moment in a request."""


def who(actor: Actor) -> TimelineActor:
    """The actor as timelines name them."""
    return TimelineActor(ActorKind.STAFF, actor.id, actor.name)


def not_found(zh: str = "没有这条警情", en: str = "No such alert") -> Problem:
    """404."""
    return Problem(404, "not_found", Label(zh, en))


def key_reused() -> Problem:
    """422, as everywhere."""
    return Problem(
        422,
        "idempotency_key_reused",
        Label("请求标识被重复使用", "Idempotency-Key used before"),
        Label("该标识已用于另一请求。", "The same key was used for another request; send a new key."),
    )
