"""Residents: who lives in a home, how to speak with them, and where they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from backend.api.device_request import Key
from backend.api.devices_changes import MAX_LINES, HistoryView, history_view
from backend.api.homes import said
from backend.api.homes_bodies import NewResidentBody, ResidentChangeBody
from backend.api.homes_views import ResidentView, resident_view
from backend.api.security import CurrentActor
from backend.domain.registry.history import Subject
from backend.domain.registry.household import ResidentRecord
from backend.services.registry.change_resident import AddResident, ChangeResident
from backend.services.registry.home_ports import HomeReader
from backend.services.registry.ports import RegistryStore
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused


@dataclass(frozen=True, slots=True)
class ResidentCalls:
    """What the router needs."""

    add: AddResident
    change: ChangeResident
    reader: HomeReader
    store: RegistryStore


def router(calls: ResidentCalls) -> APIRouter:
    """`/residents`, and how somebody comes into a home."""
    api = APIRouter(tags=["residents"])

    def one(resident_id: str) -> ResidentRecord:
        found = calls.reader.resident(resident_id)
        if found is None:
            raise RegistryRefused(RegistryRefusal.UNKNOWN_RESIDENT, [resident_id])
        return found

    @api.post("/homes/{home_id}/residents", status_code=201)
    def add(home_id: str, body: NewResidentBody, actor: CurrentActor, key: Key = None) -> ResidentView:
        """Somebody who lives there; couples share a home. The same Idempotency-Key: the same person."""
        resident_id = said(lambda: calls.add(home_id, body.sent(), actor, key))
        return resident_view(one(resident_id), actor)

    @api.get("/residents/{resident_id}")
    def show(resident_id: str, actor: CurrentActor) -> ResidentView:
        """One resident."""
        return resident_view(said(lambda: one(resident_id)), actor)

    @api.patch("/residents/{resident_id}")
    def change(resident_id: str, body: ResidentChangeBody, actor: CurrentActor) -> ResidentView:
        """Change what is sent. A status pauses routine and never an alarm."""
        said(lambda: calls.change(resident_id, body.sent(), actor))
        return resident_view(one(resident_id), actor)

    @api.get("/residents/{resident_id}/history")
    def history(
        resident_id: str,
        before: Annotated[int | None, Query(ge=1)] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LINES)] = 50,
    ) -> HistoryView:
        """What was changed about them, by whom."""
        said(lambda: one(resident_id))
        return history_view(calls.store.history(Subject.RESIDENT, resident_id, before, limit), limit)

    return api
