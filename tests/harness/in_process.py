"""Routers without a server, a door or a database of accounts: the caller says who is calling, the table who may."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import Response
from starlette.testclient import TestClient

from backend.api import problems
from backend.api.access import enforce
from backend.domain.access.sight import Sight
from backend.domain.access.subjects import Kind
from backend.domain.access.table import TABLE
from backend.services.access.authorise import Authorise
from backend.services.identity.actor import Actor, ActorKind, StaffRole
from tests.harness.clock import ManualClock

UNDER = "/api/v1"
OUTSIDE = "http://testserver"


class NothingIsSeen:
    """Subjects of nobody: whoever sees the whole district is never looked up."""

    def hidden(self, kind: Kind, ids: Collection[str], sight: Sight) -> frozenset[str]:
        return frozenset(ids)

    def absent(self, kind: Kind, ids: Collection[str]) -> frozenset[str]:
        return frozenset(ids)

    def alerts(self, ids: Collection[str], sight: Sight) -> Mapping[str, bool]:
        return {}


def client(
    routers: Sequence[APIRouter],
    role: StaffRole | None = StaffRole.ADMINISTRATOR,
    outside: Sequence[APIRouter] = (),
) -> TestClient:
    """A client of one member of the district's staff, for routers of the staff API and those `outside` of it.

    Paths are below the staff API; what is outside is asked for by its whole address. Role None: a stranger.
    """
    authorise = Authorise(NothingIsSeen(), ManualClock())
    api = FastAPI(redirect_slashes=False, dependencies=[Depends(enforce(authorise, TABLE))])
    for router in routers:
        api.include_router(router, prefix=UNDER)
    for router in outside:
        api.include_router(router)
    problems.install(api, ())

    @api.middleware("http")
    async def let_in(request: Request, call_next: RequestResponseEndpoint) -> Response:
        if role is not None:
            request.state.actor = Actor(ActorKind.STAFF, f"{role}-1", str(role), role)
        return await call_next(request)

    return TestClient(api, base_url=f"{OUTSIDE}{UNDER}")
