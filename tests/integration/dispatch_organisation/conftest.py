"""The organisation's calls on both databases, let in as an administrator, an operator, or a program that reads."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from zoneinfo import ZoneInfo

import pytest
from fastapi import APIRouter
from sqlalchemy import Engine
from starlette.testclient import TestClient

from backend.adapters.db.access_subjects import SubjectSqlReader
from backend.adapters.db.identity_store import SqlIdentityStore
from backend.api.shell import make_api
from backend.app import DATABASE_AWAY
from backend.parts.organisation import OrganisationParts
from backend.services.access.authorise import Authorise
from backend.services.identity.actor import Actor, ActorKind, Scope, StaffRole
from backend.services.identity.identify import Identify
from backend.services.identity.session import token_sha256
from tests.harness.clock import ManualClock
from tests.harness.database import database, database_url, empty_database_url

__all__ = ["database", "database_url", "empty_database_url"]

Who = Callable[[str], TestClient]


class Tokens:
    """Service accounts that stand for people, too: what is tested is not how they log in."""

    def __init__(self) -> None:
        actors = [
            Actor(ActorKind.STAFF, "s-admin", "管理员", StaffRole.ADMINISTRATOR),
            Actor(ActorKind.STAFF, "s-op1", "王丽", StaffRole.OPERATOR),
            Actor(ActorKind.SERVICE, "reader", "reader", scopes=frozenset({Scope.READ})),
            Actor(ActorKind.SERVICE, "gw1", "gw1", scopes=frozenset({Scope.INGEST})),
        ]
        self._actors = {token_sha256(actor.id): actor for actor in actors}

    def find(self, sha256: str) -> Actor | None:
        return self._actors.get(sha256)


class Numbered:
    """Ids in the order in which they are made."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def new(self) -> str:
        return f"new-{next(self._numbers)}"


@pytest.fixture
def clock() -> ManualClock:
    """Tuesday, 24 November 2026, 11:12 in Shanghai."""
    return ManualClock()


@pytest.fixture
def client(database: Engine, clock: ManualClock) -> Iterator[Who]:
    """A client of whoever is named."""
    parts = OrganisationParts(database, clock, Numbered(), ZoneInfo("Asia/Shanghai"))
    under = APIRouter(prefix="/api/v1")
    for router in parts.staff_routers():
        under.include_router(router)
    identify = Identify(SqlIdentityStore(database), Tokens(), clock)
    api = make_api(
        [under],
        identify=identify,
        authorise=Authorise(SubjectSqlReader(database), clock),
        console_dir=None,
        unavailable_errors=DATABASE_AWAY,
    )
    with ExitStack() as stack:

        def of(who: str) -> TestClient:
            headers = {"Authorization": f"Bearer {who}", "Accept-Language": "en"}
            return stack.enter_context(TestClient(api, base_url="http://test/api/v1", headers=headers))

        yield of


@pytest.fixture
def admin(client: Who) -> TestClient:
    """An administrator."""
    return client("s-admin")
