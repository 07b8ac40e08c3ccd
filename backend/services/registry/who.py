"""Who stands in the registry's history for whoever made a request."""

from __future__ import annotations

import uuid
from typing import Final

from backend.domain.registry.history import Who
from backend.services.identity.actor import Actor

_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "care/registry")


def who_of(actor: Actor) -> Who:
    """The actor as the history names it."""
    return Who(str(actor.kind), actor.id, actor.name)


def derived_id(actor: Actor, key: str | None, what: str) -> str:
    """The id of what a request makes: with an Idempotency-Key it follows from the request, so that the same again
    makes the same, also after the key was forgotten."""
    if key is None:
        return str(uuid.uuid4())
    return str(uuid.uuid5(_NAMESPACE, f"{actor.kind}:{actor.id}/{what}/{key}"))
