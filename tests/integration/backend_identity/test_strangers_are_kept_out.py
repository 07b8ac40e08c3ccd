"""No call and no page is open to a stranger, but for the log-in, its files and the sign of life."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

from tests.harness.backend import SCOPES, Platform

OPEN = {
    ("POST", "/api/v1/session"),
    ("GET", "/api/v1/session/ways"),
    ("GET", "/healthz"),
    ("HEAD", "/healthz"),
    # A device proves itself by the secret of its label.
    ("POST", "/api/v1/claims"),
}
CONSOLE = {"/", "/{name}", "/{subfolder}/{name}"}
SECRET = ("/r/", "/replies/", "/receipts/", "/calendars/")
"""Calls whose address is the secret: who guesses gets nothing."""


def routes(platform: Platform) -> Iterator[tuple[str, str]]:
    """Every (method, path) that the application knows, described or not."""
    described = platform.backend.api.openapi()["paths"]
    for path, methods in described.items():
        for method in methods:
            yield method.upper(), path
    for route in platform.backend.api.routes:
        if isinstance(route, APIRoute):
            for method in route.methods or ():
                yield method, route.path
    yield from (("GET", "/metrics"), ("GET", "/readyz"), ("GET", "/api/v1/openapi.json"))


def concrete(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "x", path)


def guarded(platform: Platform) -> set[tuple[str, str]]:
    return {entry for entry in routes(platform) if entry[1] not in CONSOLE and not entry[1].startswith(SECRET)}


def test_an_address_that_is_guessed_opens_nothing(platform: Platform) -> None:
    asked = {entry for entry in routes(platform) if entry[1].startswith(SECRET)}
    assert len(asked) >= 4
    with platform.client() as stranger:
        for method, path in sorted(asked):
            answer = stranger.request(method, concrete(path))
            assert 400 <= answer.status_code < 500, (method, path)


def test_every_call_answers_a_stranger_with_401(platform: Platform) -> None:
    asked = guarded(platform)
    assert len(asked) > 20
    with platform.client() as stranger:
        for method, path in sorted(asked - OPEN):
            answer = stranger.request(method, concrete(path))
            assert answer.status_code == 401, (method, path)
            if method != "HEAD":
                assert answer.json()["code"] == "unauthenticated"


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/docs", "/redoc", "/api", "/ingest/v1/events/", "/healthz/"])
def test_what_does_not_exist_is_not_told_to_a_stranger(platform: Platform, path: str) -> None:
    with platform.client() as stranger:
        assert stranger.get(path).status_code == 401
    with platform.client("cli") as known:
        assert known.get(path).status_code == 404


def test_a_program_without_scopes_may_call_nothing(platform: Platform) -> None:
    asked = guarded(platform)
    with platform.client("nothing") as program:
        for method, path in sorted(asked - OPEN):
            if path == "/api/v1/openapi.json" or path.startswith("/api/v1/session"):
                continue
            answer = program.request(method, concrete(path))
            assert answer.status_code == 403, (method, path)


def test_each_scope_opens_its_own_calls_only(platform: Platform) -> None:
    with platform.client("gw1") as gateway, platform.client("sim") as simulator, platform.client("cli") as tool:
        assert gateway.get("/api/v1/alerts").status_code == 403
        assert gateway.post("/api/v1/devices", json={"items": []}).status_code in (403, 422)
        assert simulator.get("/api/v1/devices").status_code == 403
        assert simulator.post("/ingest/v1/events", json={"gateway": "x", "items": []}).status_code == 403
        assert tool.get("/api/v1/devices").status_code == 200
        assert tool.post("/api/v1/alerts/x/accept").status_code == 403
        assert tool.get("/api/v1/openapi.json").json()["openapi"].startswith("3.1")


def test_a_token_of_nobody_is_refused_even_beside_a_good_cookie(platform: Platform) -> None:
    with platform.browser("op1") as operator:
        assert operator.get("/api/v1/session").status_code == 200
        answer = operator.get("/api/v1/session", headers={"Authorization": "Bearer wrong"})
        assert answer.status_code == 401


@pytest.fixture
def accounts_restored(platform: Platform) -> Iterator[None]:
    yield
    platform.write_service_accounts(SCOPES)


@pytest.mark.usefixtures("accounts_restored")
def test_a_token_that_is_taken_out_of_the_file_opens_nothing_any_more(platform: Platform) -> None:
    with platform.client("cli") as tool:
        assert tool.get("/api/v1/devices").status_code == 200
        platform.write_service_accounts({"gw1": ["ingest"]})
        assert tool.get("/api/v1/devices").status_code == 401


@pytest.mark.usefixtures("accounts_restored")
def test_a_half_written_file_of_accounts_shuts_nobody_out(platform: Platform) -> None:
    with platform.client("cli") as tool:
        assert tool.get("/api/v1/devices").status_code == 200
        platform.settings.service_accounts_file.write_text('{"accounts":[{"na')
        assert tool.get("/api/v1/devices").status_code == 200
        platform.settings.service_accounts_file.unlink()
        assert tool.get("/api/v1/devices").status_code == 401
