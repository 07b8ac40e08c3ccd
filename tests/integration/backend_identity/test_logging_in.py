"""Who may log in, for how long, and what guessing costs."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from backend.adapters.db.engine import reading, writing
from backend.adapters.db.identity import login_attempts, sessions, staff
from backend.services.identity.log_in import LoginRefusal, LoginRefused
from backend.services.identity.session import csrf_token
from tests.harness.backend import Platform, running
from tests.harness.clock import ManualClock
from tests.harness.identity import House


@pytest.fixture
def house(database: Engine, tmp_path: Path) -> House:
    return House(database, tmp_path).open_demo()


def test_the_cookie_opens_the_session_and_nothing_in_the_database_does(house: House) -> None:
    entered = house.enter()
    found = house.identify.session(entered.token)
    assert found is not None
    assert (found.actor.name, found.csrf_token) == ("王晓棠", csrf_token(entered.token))
    with reading(house.engine) as connection:
        kept = connection.execute(select(sessions)).one()
    assert entered.token not in str(tuple(kept))
    assert house.identify.session(kept.token_sha256) is None


def test_a_session_ends_a_shift_after_its_last_use_and_after_a_week_in_any_case(house: House) -> None:
    token = house.enter().token
    for _ in range(24):
        house.clock.turn(timedelta(hours=7))
        if house.identify.session(token) is None:
            break
    lived = house.clock.now() - ManualClock().now()
    assert timedelta(days=6, hours=12) < lived <= timedelta(days=7, hours=7)
    token = house.enter().token
    house.clock.turn(timedelta(hours=12))
    assert house.identify.session(token) is None
    assert house.identify.still_open(None, token) is False


def test_logging_out_ends_the_session_at_once(house: House) -> None:
    token, other = house.enter().token, house.enter().token
    house.log_out(house.actor("op1"), token)
    assert house.identify.session(token) is None
    assert house.identify.session(other) is not None


def test_whoever_is_disabled_is_out_at_once(house: House) -> None:
    token = house.enter().token
    with writing(house.engine) as connection:
        connection.execute(update(staff).where(staff.c.username == "op1").values(disabled=True))
        connection.commit()
    assert house.identify.session(token) is None
    assert house.guess().reason is LoginRefusal.BAD_CREDENTIALS


def test_guessing_waits_longer_and_longer_and_the_right_password_waits_too(house: House) -> None:
    reasons = [house.guess().reason for _ in range(6)]
    assert set(reasons) == {LoginRefusal.BAD_CREDENTIALS}
    refused = house.attempt("op1")
    assert isinstance(refused, LoginRefused)
    assert refused.reason is LoginRefusal.TOO_MANY_ATTEMPTS
    waits = []
    for _ in range(9):
        refused = house.guess()
        assert refused.retry_after is not None
        waits.append(refused.retry_after.total_seconds())
        house.clock.turn(refused.retry_after)
        assert house.guess().reason is LoginRefusal.BAD_CREDENTIALS
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    house.clock.turn(timedelta(seconds=60))
    house.enter()


def test_who_guesses_elsewhere_does_not_keep_the_desk_out(house: House) -> None:
    for _ in range(20):
        house.guess(address="10.9.9.9")
    house.enter(address="10.0.0.1")


def test_an_address_that_tries_many_names_waits_as_well(house: House) -> None:
    reasons = [house.attempt(f"name{number}", "wrong", address="10.9.9.9") for number in range(40)]
    last = reasons[-1]
    assert isinstance(last, LoginRefused)
    assert last.reason is LoginRefusal.TOO_MANY_ATTEMPTS


def test_guesses_that_come_at_once_are_all_counted(house: House) -> None:
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(lambda _: house.guess().reason, range(24)))
    assert outcomes.count(LoginRefusal.BAD_CREDENTIALS) <= 6


def test_an_unknown_name_costs_a_hash_like_a_known_one(house: House) -> None:
    assert house.guess("nobody").reason is LoginRefusal.BAD_CREDENTIALS
    assert house.passwords.for_nobody == 1


def test_busy_is_not_held_against_anybody(house: House) -> None:
    house.passwords.busy = True
    for _ in range(20):
        assert house.guess().reason is LoginRefusal.BUSY
    house.passwords.busy = False
    house.enter()


def test_neither_names_nor_addresses_of_attempts_stand_in_the_clear(house: House) -> None:
    house.guess()
    with reading(house.engine) as connection:
        subjects = " ".join(connection.scalars(select(login_attempts.c.subject)))
    assert "op1" not in subjects
    assert "10.0.0.1" not in subjects


def test_first_accounts_are_made_once_whoever_starts_first(database: Engine, tmp_path: Path) -> None:
    house = House(database, tmp_path).open_demo()
    handed_out = house.sheet.read_bytes()
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: house.first(demo=True, locale="zh-CN"), range(4)))
    assert made == [False] * 4
    assert house.sheet.read_bytes() == handed_out
    assert stat.S_IMODE(house.sheet.stat().st_mode) == 0o600
    assert len(house.words) == len(set(house.words.values())) == 4


def test_without_demo_there_is_one_administrator_with_a_random_password(tmp_path: Path) -> None:
    with running(tmp_path, f"sqlite:///{tmp_path}/care.sqlite", demo=False) as platform:
        assert list(platform.passwords()) == ["admin"]
        assert not platform.settings.demo_accounts_file.exists()
        with platform.browser("admin") as administrator:
            assert administrator.get("/api/v1/session").json()["staff"]["role"] == "administrator"


def test_the_cookie_is_kept_from_scripts_and_other_sites(platform: Platform) -> None:
    with platform.client() as client:
        body = {"username": "op1", "password": platform.passwords()["op1"]}
        cookie = client.post("/api/v1/session", json=body).headers["set-cookie"]
    assert {"httponly", "path=/", "samesite=strict"} <= {part.strip().lower() for part in cookie.split(";")}
    assert "secure" not in cookie.lower()


def test_logging_in_again_ends_the_session_that_this_browser_had(platform: Platform) -> None:
    with platform.browser("op1") as operator, platform.client() as finder:
        former = operator.cookies["care_session"]
        body = {"username": "op1", "password": platform.passwords()["op1"]}
        assert operator.post("/api/v1/session", json=body).status_code == 200
        assert operator.get("/api/v1/session").status_code == 200
        found = finder.get("/api/v1/session", headers={"Cookie": f"care_session={former}"})
    assert found.status_code == 401


def test_an_unsafe_call_without_the_csrf_token_does_nothing(platform: Platform) -> None:
    with platform.browser("op1") as operator:
        token = operator.headers.pop("X-CSRF-Token")
        for wrong in ({}, {"X-CSRF-Token": "wrong"}, {"X-CSRF-Token": token[:-1]}):
            answer = operator.delete("/api/v1/session", headers=wrong)
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
        assert operator.get("/api/v1/session").status_code == 200
        assert operator.delete("/api/v1/session", headers={"X-CSRF-Token": token}).status_code == 204
        assert operator.get("/api/v1/session").status_code == 401


def test_too_many_attempts_say_when_to_come_again(platform: Platform) -> None:
    with platform.client(**{"Accept-Language": "en"}) as client:
        for _ in range(7):
            answer = client.post("/api/v1/session", json={"username": "op2", "password": "wrong"})
    assert answer.status_code == 429
    assert answer.json()["code"] == "too_many_attempts"
    assert int(answer.headers["retry-after"]) >= 1
    assert "Try again" in answer.json()["detail"]
