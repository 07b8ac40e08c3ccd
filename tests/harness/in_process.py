"""Routers without a server, a door or a database of accounts: the caller says who is calling."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI, Request
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import Response
from starlette.testclient import TestClient

from backend.api import problems
from backend.services.identity.actor import Actor, ActorKind, StaffRole


def client(routers: Sequence[APIRouter], role: StaffRole | None = StaffRole.ADMINISTRATOR) -> TestClient:
    """A client of one member of staff; role None: a stranger whom the door has let through."""
    api = FastAPI(redirect_slashes=False)
    for router in routers:
        api.include_router(router)
    problems.install(api, ())

    @api.middleware("http")
    async def let_in(request: Request, call_next: RequestResponseEndpoint) -> Response:
        if role is not None:
            request.state.actor = Actor(ActorKind.STAFF, f"{role}-1", str(role), role)
        return await call_next(request)

    return TestClient(api)
