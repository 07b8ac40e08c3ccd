"""No answer is kept, run or framed by a browser, and under HTTPS nobody else can have set our cookies."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import SimpleCookie

import pytest

from tests.harness.backend import Platform, running

SESSION = "/api/v1/session"


@pytest.fixture(scope="module")
def behind_https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("https")
    with running(folder, f"sqlite:///{folder}/care.sqlite", secure_cookie=True) as found:
        yield found


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        (None, "/healthz", 200),
        (None, "/api/v1/alerts", 401),
        (None, f"{SESSION}/ways", 200),
        ("cli", "/nothing", 404),
        ("cli", "/api/v1/devices", 200),
        ("cli", "/metrics", 200),
        ("gw1", "/api/v1/devices", 403),
    ],
)
def test_nothing_is_kept_run_or_framed(platform: Platform, name: str | None, path: str, status: int) -> None:
    with platform.client(name) as client:
        answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in answer.headers
    assert "server" not in answer.headers


def test_a_fault_of_ours_is_told_the_same(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(platform.backend.api, "openapi", broken)
    with platform.client("cli") as client:
        answer = client.get("/api/v1/openapi.json")
    assert (answer.status_code, answer.headers["cache-control"]) == (500, "no-store")
    assert answer.headers["content-security-policy"].startswith("default-src 'none';")
    assert "ZeroDivision" not in answer.text


def test_without_https_nothing_is_said_of_it(platform: Platform) -> None:
    with platform.client() as stranger:
        assert "strict-transport-security" not in stranger.get("/healthz").headers


def test_under_https_browsers_are_to_stay_with_it(behind_https: Platform) -> None:
    with behind_https.client() as stranger:
        for path in ("/", "/healthz", "/api/v1/alerts"):
            policy = stranger.get(path).headers["strict-transport-security"]
            assert policy == "max-age=31536000; includeSubDomains"


def test_under_https_only_a_cookie_with_its_prefix_opens_the_session(behind_https: Platform) -> None:
    body = {"username": "op1", "password": behind_https.passwords()["op1"]}
    with behind_https.client() as client:
        entered = client.post(SESSION, json=body)
        jar = SimpleCookie("; ".join(entered.headers.get_list("set-cookie")))
        assert set(jar) == {"__Host-care_session", "__Host-care_device"}
        for morsel in jar.values():
            assert morsel["secure"]
            assert morsel["httponly"]
            assert (morsel["path"], morsel["domain"], morsel["samesite"]) == ("/", "", "strict")
        token = jar["__Host-care_session"].value
        client.cookies.clear()

        def asked(cookie: str) -> int:
            return client.get(SESSION, headers={"Cookie": cookie}).status_code

        assert asked(f"other=1; __Host-care_session={token}") == 200
        assert asked(f"care_session={token}") == 401
        assert asked(f"__Secure-care_session={token}") == 401
        assert asked(f"care_session=planted; __Host-care_session={token}") == 200
        left = client.delete(
            SESSION,
            headers={"Cookie": f"__Host-care_session={token}", "X-CSRF-Token": entered.json()["csrf_token"]},
        )
        assert left.headers["set-cookie"].startswith('__Host-care_session="";')
        assert asked(f"__Host-care_session={token}") == 401


def test_a_cookie_for_one_link_bears_the_prefix_that_allows_its_path(behind_https: Platform) -> None:
    with behind_https.client() as stranger:
        cookies = stranger.get(f"/r/{'x' * 32}?lang=en").headers.get_list("set-cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Secure-care_answer", "__Secure-care_lang"}
    assert all("; secure" in cookie.lower() for cookie in cookies)
