"""Whatever goes wrong is said as RFC 9457, with a stable code, in the caller's language, and without what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy.exc import OperationalError

from backend.api.problems import as_problem, prefers_chinese
from tests.harness.backend import Platform, running
from tests.harness.clock import wait_until

JSON = {"Content-Type": "application/json"}
LOGIN = "/api/v1/session"


def problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert (document["status"], document["code"], document["type"]) == (status, code, "about:blank")
    assert document["title"]
    return document


@pytest.fixture
def stranger(platform: Platform) -> Iterator[httpx2.Client]:
    with platform.client() as client:
        yield client


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"username":"a"}',
        b'{"username":1,"password":"x"}',
        b'{"username":"a","password":"x","more":1}',
        b'{"username":"a","password":NaN}',
        b'{"username":"a\\u0000","password":"x"}',
        b'{"username":"\\ud800","password":"x"}',
        b'{"username":"' + b"a" * 65 + b'","password":"x"}',
        b"[" * 20_000,
        b"\xff\xfe",
    ],
)
def test_what_is_not_a_request_is_named_and_not_repeated(stranger: httpx2.Client, body: bytes) -> None:
    answer = stranger.post(LOGIN, content=body, headers=JSON)
    assert answer.status_code in (400, 422)
    document = problem(answer, answer.status_code, "invalid" if answer.status_code == 422 else "bad_request")
    assert all(set(entry) == {"field", "reason", "message"} for entry in document.get("errors", []))


def test_the_language_is_the_callers(stranger: httpx2.Client) -> None:
    titles = {
        language: stranger.get("/api/v1/alerts", headers={"Accept-Language": language}).json()["title"]
        for language in ("zh-CN,zh;q=0.9", "en-GB,en", "")
    }
    assert titles == {"zh-CN,zh;q=0.9": "请先登录", "en-GB,en": "Log in first", "": "请先登录"}
    assert prefers_chinese(None)


def test_a_path_or_method_that_is_not_there(platform: Platform) -> None:
    with platform.client("cli") as tool:
        problem(tool.get("/api/v1/devices/none"), 404, "unknown_device")
        problem(tool.get("/api/v1/none"), 404, "not_found")
        answer = tool.delete("/api/v1/devices")
        problem(answer, 405, "method_not_allowed")
        assert answer.headers["allow"]


def test_a_long_body_is_refused_announced_or_not(platform: Platform, stranger: httpx2.Client) -> None:
    long = b"x" * (64 * 1024 + 1)
    assert problem(stranger.post(LOGIN, content=long, headers=JSON), 413, "too_large")["limit_bytes"] == 64 * 1024

    def pieces() -> Iterator[bytes]:
        for _ in range(65):
            yield b"x" * 1024

    problem(stranger.post(LOGIN, content=pieces(), headers=JSON), 413, "too_large")
    with platform.client("gw1") as gateway:
        batch = b" " * (1024 * 1024) + b'{"gateway":"gw1","items":[]}'
        assert gateway.post("/ingest/v1/events", content=batch).status_code == 202
    # A stranger's batch is turned away before it is read.
    problem(stranger.post("/ingest/v1/events", content=b" " * (1024 * 1024)), 401, "unauthenticated")


def test_a_fault_of_ours_tells_only_its_number() -> None:
    found = as_problem(ZeroDivisionError("王奶奶 13900000000"), ())
    assert (found.status, found.code) == (500, "internal")
    assert set(found.extras) == {"incident"}
    assert found.detail is not None
    assert "13900000000" not in found.detail.en + found.detail.zh


def test_a_database_that_is_away_is_503_and_come_again() -> None:
    found = as_problem(OperationalError("SELECT 1", {}, Exception("gone")), (OperationalError,))
    assert (found.status, found.code, found.headers["Retry-After"]) == (503, "unavailable", "1")


def _taken_away(folder: Path) -> bool:
    """A tick of the backend may make the file again between the two steps: then once more."""
    for name in ("care.sqlite", "care.sqlite-wal", "care.sqlite-shm"):
        (folder / name).unlink(missing_ok=True)
    try:
        (folder / "care.sqlite").mkdir()
    except FileExistsError:
        return False
    return True


def test_programs_are_let_in_while_the_database_is_away(tmp_path: Path) -> None:
    with running(tmp_path, f"sqlite:///{tmp_path}/care.sqlite") as platform:
        platform.backend.engine.dispose()
        wait_until(lambda: _taken_away(tmp_path), "a folder stands where the database was")
        with platform.client("gw1") as gateway, platform.client() as stranger:
            event = {"device_id": "T1", "received_at": "2026-11-24T03:12:45.120Z", "raw_b64": "eA==", "reason": "x"}
            answer = gateway.post("/ingest/v1/events", json={"gateway": "gw1", "items": [event]})
            problem(answer, 503, "unavailable")
            body = {"username": "op1", "password": "x"}
            problem(stranger.post(LOGIN, json=body), 503, "unavailable")
            problem(stranger.get(LOGIN, headers={"Cookie": "care_session=x"}), 503, "unavailable")
