"""Strangers who log in by the hundred wait in a queue of their own; whatever brings a press is answered meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from fastapi import APIRouter

from backend.api import session
from backend.api.log_in_threads import LOG_INS_AT_ONCE, LOG_INS_WAITING, LogInThreads
from backend.api.server import HttpServer
from backend.api.session import SessionDeps
from backend.api.shell import make_api
from backend.services.access.authorise import Authorise
from backend.services.identity.actor import Actor, ActorKind, Scope
from backend.services.identity.identify import Identify
from backend.services.identity.log_in import LogIn, LoginRefusal, LoginRefused
from backend.services.identity.log_out import LogOut
from backend.services.identity.open_session import Visitor
from tests.fakes.identity_store import NobodyStore, RememberedTrail
from tests.harness.clock import ManualClock, wait_until
from tests.harness.in_process import NothingIsSeen

FLOOD = LOG_INS_AT_ONCE + LOG_INS_WAITING + 20


class SlowLogIn(LogIn):
    """Answers nobody before the gate is open."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.inside = 0

    def __call__(self, username: str, password: str, visitor: Visitor, otp: str | None = None) -> LoginRefused:
        self.inside += 1
        self.gate.wait(170)  # longer than the flood may take to arrive on a busy machine
        return LoginRefused(LoginRefusal.BAD_CREDENTIALS)


class EverybodyIsAGateway:
    def find(self, token_sha256: str) -> Actor | None:
        return Actor(ActorKind.SERVICE, "gw1", "gw1", scopes=frozenset({Scope.INGEST}))


@pytest.fixture
def log_in() -> SlowLogIn:
    return SlowLogIn()


@pytest.fixture
def url(log_in: SlowLogIn) -> Iterator[str]:
    store = NobodyStore()
    staff, press = APIRouter(prefix="/api/v1"), APIRouter()

    @press.post("/ingest/v1/events")
    def take() -> str:
        return "stored"

    identify = Identify(store, EverybodyIsAGateway(), ManualClock())
    log_out = LogOut(store, RememberedTrail())
    staff.include_router(session.router(SessionDeps(log_in, log_out, LogInThreads(), secure_cookie=False)))
    authorise = Authorise(NothingIsSeen(), ManualClock())
    api = make_api([staff, press], identify=identify, authorise=authorise, console_dir=None, unavailable_errors=())
    server = HttpServer(api, "127.0.0.1", 0)
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    log_in.gate.set()
    server.stop()


def test_a_press_is_stored_while_all_log_ins_wait(url: str, log_in: SlowLogIn) -> None:
    # One client for all: a client of its own for each would spend its time on certificates that nobody looks at.
    limits = httpx2.Limits(max_connections=FLOOD)
    door = httpx2.Client(base_url=url, timeout=170, trust_env=False, verify=False, limits=limits)

    def knock(_: int) -> int:
        return door.post("/api/v1/session", json={"username": "op1", "password": "guess"}).status_code

    with door, ThreadPoolExecutor(FLOOD) as strangers:
        knocks = [strangers.submit(knock, number) for number in range(FLOOD)]
        wait_until(lambda: sum(one.done() for one in knocks) == 20, "those beyond the queue are turned away", 60)
        assert log_in.inside == LOG_INS_AT_ONCE
        answer = httpx2.post(
            f"{url}/ingest/v1/events", headers={"Authorization": "Bearer x"}, timeout=20, trust_env=False
        )
        assert (answer.status_code, answer.json()) == (200, "stored")
        log_in.gate.set()
        found = sorted(one.result() for one in knocks)
    assert found == [401] * (FLOOD - 20) + [503] * 20
