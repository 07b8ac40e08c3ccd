"""Log-in at an OpenID provider: the code flow with PKCE, and every token that must not be believed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import Engine

from backend.adapters.oidc import OidcOptions, OpenIdProvider
from backend.parts.identity import place_of
from backend.services.identity.actor import StaffRole
from backend.services.identity.log_in import LoginRefusal, LoginRefused
from backend.services.identity.oidc import TIME_TO_LOG_IN, BeginOidc, FinishOidc, OidcRefusal, OidcRefused, RoleMap
from backend.services.identity.open_session import Visitor
from tests.fakes.openid_provider import CLIENT, SECRET, OpenIdServer, openid_server
from tests.harness.backend import running
from tests.harness.clock import ManualClock, wall_now
from tests.harness.identity import House

HERE = Visitor("10.0.0.1")


@pytest.fixture
def server() -> Iterator[OpenIdServer]:
    with openid_server(int(ManualClock().now().timestamp())) as found:
        yield found


class Way:
    """The way to the provider and back, as a browser takes it."""

    def __init__(self, house: House, server: OpenIdServer, secret: Path) -> None:
        options = OidcOptions(server.url, CLIENT, secret, "https://care.example/api/v1/session/oidc/callback")
        provider = OpenIdProvider(options, house.clock)
        places = {"care-admin": "administrator", "care-desk": "operator@district"}
        roles = RoleMap("roles", {value: place_of(text) for value, text in places.items()})
        self.server = server
        self.begin = BeginOidc(provider, house.sealer, house.clock)
        self.finish = FinishOidc(
            house.store, provider, roles, house.sealer, house.clock, house.open_session, house.trail, "zh-CN"
        )

    def go(self, **claims: Any) -> Any:
        self.server.claims = claims
        begun = self.begin()
        state, code = self.server.log_in(begun.address)
        return self.finish(begun.cookie, state, code, HERE)

    def refused(self, **claims: Any) -> OidcRefusal:
        with pytest.raises(OidcRefused) as refused:
            self.go(**claims)
        return refused.value.reason


@pytest.fixture
def house(database: Engine, tmp_path: Path) -> House:
    return House(database, tmp_path).open_demo()


@pytest.fixture
def way(house: House, server: OpenIdServer, tmp_path: Path) -> Way:
    secret = tmp_path / "oidc.secret"
    secret.write_text(SECRET + "\n")
    return Way(house, server, secret)


def test_somebody_new_gets_an_account_with_the_role_of_their_claim(house: House, way: Way) -> None:
    entered = way.go()
    session = house.identify.session(entered.token)
    assert session is not None
    assert session.must is None
    staff = session.staff
    assert (staff.username, staff.name, staff.role, staff.organisation_id, staff.oidc_subject) == (
        "zhang",
        "张澜",
        StaffRole.OPERATOR,
        "district",
        "subject-1",
    )
    assert way.go().session.staff.id == staff.id


def test_another_role_over_there_is_another_here_and_ends_what_is_open(house: House, way: Way) -> None:
    before = way.go()
    after = way.go(roles=["something", "care-admin"])
    assert house.identify.session(before.token) is None
    assert after.session.staff.role is StaffRole.ADMINISTRATOR


def test_such_an_account_has_no_password_here(house: House, way: Way) -> None:
    way.go()
    for word in ("", " ", "x"):
        assert house.attempt("zhang", word) == LoginRefused(LoginRefusal.BAD_CREDENTIALS)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"aud": ["care", "somebody-else"], "azp": "somebody-else"},
        {"iss": "https://evil.example"},
        {"exp": 0},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": "line\nbreak"},
        {"at_hash": "bm90IGl0"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_log_in_opens_nothing(way: Way, claims: dict[str, Any]) -> None:
    assert way.refused(**claims) is OidcRefusal.BAD_ANSWER


def test_an_expired_token_opens_nothing_after_a_minute_of_grace(house: House, way: Way) -> None:
    assert way.go(exp=way.server.now - 30).token
    assert way.refused(exp=way.server.now - 61) is OidcRefusal.BAD_ANSWER


def test_a_token_without_a_signature_opens_nothing(way: Way) -> None:
    way.server.header = {"alg": "none"}
    assert way.refused() is OidcRefusal.BAD_ANSWER


def test_a_token_of_another_key_opens_nothing(way: Way) -> None:
    way.server.published, way.server.key = way.server.key, RSAKey.generate_key(2048, {"kid": "one"})
    assert way.refused() is OidcRefusal.BAD_ANSWER


def test_the_public_key_is_no_secret_to_sign_with(way: Way) -> None:
    way.server.header = {"alg": "HS256"}
    assert way.refused() is OidcRefusal.BAD_ANSWER


def test_a_key_that_the_provider_has_changed_is_fetched(house: House, way: Way) -> None:
    way.go()
    way.server.key = RSAKey.generate_key(2048, {"kid": "two"})
    house.clock.turn(timedelta(seconds=31))
    assert way.go().token


def test_the_way_back_belongs_to_the_browser_that_went(house: House, way: Way) -> None:
    mine, theirs = way.begin(), way.begin()
    state, code = way.server.log_in(theirs.address)
    for cookie, given in ((mine.cookie, state), (b"", state), (theirs.cookie[:-1] + b"x", state), (theirs.cookie, "x")):
        with pytest.raises(OidcRefused) as refused:
            way.finish(cookie, given, code, HERE)
        assert refused.value.reason is OidcRefusal.BAD_STATE
    house.clock.turn(TIME_TO_LOG_IN + timedelta(seconds=1))
    with pytest.raises(OidcRefused):
        way.finish(theirs.cookie, state, code, HERE)
    assert way.server.asked == []


def test_a_code_that_another_has_caught_is_worth_nothing_without_the_verifier(way: Way) -> None:
    mine, theirs = way.begin(), way.begin()
    _, caught = way.server.log_in(theirs.address)
    state, _ = way.server.log_in(mine.address)
    with pytest.raises(OidcRefused) as refused:
        way.finish(mine.cookie, state, caught, HERE)
    assert refused.value.reason is OidcRefusal.BAD_ANSWER


def test_nobody_becomes_who_has_that_name_here(house: House, way: Way) -> None:
    assert way.refused(preferred_username="Admin") is OidcRefusal.USERNAME_TAKEN


@pytest.mark.parametrize("roles", [None, [], ["others"], "others", 7], ids=str)
def test_without_a_role_nobody_gets_in(way: Way, roles: object) -> None:
    assert way.refused(roles=roles) is OidcRefusal.NO_ROLE


def test_whoever_is_disabled_here_stays_out(house: House, way: Way) -> None:
    entered = way.go()
    house.change(entered.session.staff.id, {"disabled": True}, house.actor("admin"))
    assert way.refused() is OidcRefusal.DISABLED


def test_a_provider_that_is_away_is_said_and_passwords_work_on(house: House, way: Way) -> None:
    way.server.away = True
    assert way.refused() is OidcRefusal.AWAY
    house.enter("op1")


def test_over_http_it_ends_in_a_session(tmp_path: Path) -> None:
    secret = tmp_path / "oidc.secret"
    secret.write_text(SECRET)
    with openid_server(int(wall_now().timestamp())) as server:
        settings = {
            "oidc_issuer": server.url,
            "oidc_client_id": CLIENT,
            "oidc_client_secret_file": str(secret),
            "oidc_roles": {"care-desk": "operator"},
            "public_url": "http://care.example",
        }
        with (
            running(tmp_path, f"sqlite:///{tmp_path}/care.sqlite", **settings) as platform,
            platform.client() as client,
        ):
            assert client.get("/api/v1/session/ways").json() == {"oidc": True}
            there = client.get("/api/v1/session/oidc")
            assert there.status_code == 303
            assert "samesite=lax" in there.headers["set-cookie"].lower()
            state, code = server.log_in(there.headers["location"])
            back = client.get("/api/v1/session/oidc/callback", params={"state": "wrong", "code": code})
            assert back.headers["location"] == "/?refused=oidc_bad_state"
            back = client.get("/api/v1/session/oidc/callback", params={"state": state, "code": code})
            assert (back.status_code, back.headers["location"]) == (303, "/")
            session = client.get("/api/v1/session").json()
            assert (session["staff"]["username"], session["staff"]["role"]) == ("zhang", "operator")
            client.headers["X-CSRF-Token"] = session["csrf_token"]
            no_password = client.post("/api/v1/session/otp", json={"password": "x"})
            assert (no_password.status_code, no_password.json()["code"]) == (409, "no_password_here")
            server.away = True
            with platform.browser("op1") as operator:
                assert operator.get("/api/v1/alerts").status_code == 200
