"""Accounts over HTTP: duties before anything else, words shown once, and streams that end with their session."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pyotp
import pytest

from tests.harness.backend import Platform, running
from tests.harness.clock import stopwatch, wall_now

GOOD = "seven lanterns over the quay"


def enter(client: httpx2.Client, username: str, password: str, **more: str) -> dict[str, Any]:
    answer = client.post("/api/v1/session", json={"username": username, "password": password, **more})
    assert answer.status_code == 200, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    found: dict[str, Any] = answer.json()
    return found


@contextmanager
def hired(platform: Platform, username: str, role: str = "operator", **more: object) -> Iterator[dict[str, Any]]:
    with platform.browser("admin") as admin:
        body = {"username": username, "name": "测试", "role": role, **more}
        answer = admin.post("/api/v1/staff", json=body)
        assert answer.status_code == 201, answer.text
        yield answer.json()


def test_who_is_new_chooses_a_password_before_anything_else(platform: Platform) -> None:
    with hired(platform, "new1") as made, platform.client() as client:
        assert made["staff"]["password"] == "one_time"
        assert enter(client, "new1", made["password"])["must"] == "change_password"
        refused = client.get("/api/v1/alerts")
        assert (refused.status_code, refused.json()["code"], refused.json()["must"]) == (
            403,
            "must_change_password",
            "change_password",
        )
        assert client.get("/api/v1/stream").status_code == 403
        assert client.get("/api/v1/session").json()["must"] == "change_password"
        bad = client.put("/api/v1/session/password", json={"current": made["password"], "password": "password1234"})
        assert (bad.status_code, bad.json()["code"]) == (422, "password_too_common")
        wrong = client.put("/api/v1/session/password", json={"current": "wrong", "password": GOOD})
        assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")
        before = client.cookies["care_session"]
        done = client.put("/api/v1/session/password", json={"current": made["password"], "password": GOOD})
        assert (done.status_code, done.json()["must"]) == (200, None)
        assert client.cookies["care_session"] != before
        client.headers["X-CSRF-Token"] = done.json()["csrf_token"]
        assert client.get("/api/v1/alerts").status_code == 200
        assert client.delete("/api/v1/session").status_code == 204


def test_a_password_is_in_the_answer_that_makes_it_and_nowhere_else(platform: Platform) -> None:
    with hired(platform, "new2") as made, platform.browser("admin") as admin:
        listed = admin.get("/api/v1/staff").text
        assert made["password"] not in listed
        assert "$argon2" not in listed
        again = admin.post("/api/v1/staff", json={"username": "new2", "name": "x", "role": "operator"})
        assert (again.status_code, again.json()["code"]) == (409, "username_taken")
        reset = admin.post(f"/api/v1/staff/{made['staff']['id']}/password-reset")
        assert reset.headers["cache-control"] == "no-store"
        assert reset.json()["password"] != made["password"]


def test_operators_and_programs_manage_nobody(platform: Platform) -> None:
    with platform.browser("op1") as operator, platform.client("cli") as program:
        for client in (operator, program):
            for method, path in (
                ("GET", "/api/v1/staff"),
                ("POST", "/api/v1/staff"),
                ("PATCH", "/api/v1/staff/x"),
                ("POST", "/api/v1/staff/x/password-reset"),
                ("GET", "/api/v1/staff/x/sessions"),
                ("DELETE", "/api/v1/staff/x/otp"),
                ("GET", "/api/v1/tokens"),
                ("POST", "/api/v1/tokens"),
                ("DELETE", "/api/v1/tokens/x"),
            ):
                assert client.request(method, path, json={}).status_code == 403, (method, path)
        assert program.get("/api/v1/session/list").status_code == 401


def test_unknown_accounts_and_bad_changes_are_refused_in_words(platform: Platform) -> None:
    with platform.browser("admin") as admin:
        me = admin.get("/api/v1/session").json()["staff"]["id"]
        for method, path, body, status, code in (
            ("PATCH", "/staff/nobody", {"name": "x"}, 404, "unknown_staff"),
            ("GET", "/staff/nobody/sessions", None, 404, "unknown_staff"),
            ("PATCH", f"/staff/{me}", {"disabled": True}, 409, "last_administrator"),
            ("PATCH", f"/staff/{me}", {"role": "emperor"}, 422, "invalid"),
            ("POST", f"/staff/{me}/password-reset", None, 409, "not_yourself"),
            ("DELETE", f"/staff/{me}/otp", None, 409, "not_yourself"),
            ("DELETE", "/session/list/none", None, 404, "unknown_session"),
            ("DELETE", "/tokens/none", None, 404, "unknown_token"),
        ):
            answer = admin.request(method, f"/api/v1{path}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (status, code), (method, path)
        unplaced = {"username": "new9", "name": "x", "role": "operator", "organisation_id": "nowhere"}
        assert admin.post("/api/v1/staff", json=unplaced).json()["code"] == "unknown_organisation"


def test_the_telephone_is_bound_by_a_picture_and_asked_for_afterwards(platform: Platform) -> None:
    with hired(platform, "new3") as made, platform.client() as client:
        enter(client, "new3", made["password"])
        changed = client.put("/api/v1/session/password", json={"current": made["password"], "password": GOOD})
        client.headers["X-CSRF-Token"] = changed.json()["csrf_token"]
        assert client.get("/api/v1/session/otp").json() == {"state": "off", "required": False, "recovery_codes": 0}
        offered = client.post("/api/v1/session/otp", json={"password": GOOD})
        assert offered.json()["qr_svg"].startswith("<svg")
        telephone = pyotp.parse_uri(offered.json()["address"])
        assert isinstance(telephone, pyotp.TOTP)
        assert client.put("/api/v1/session/otp", json={"otp": "000000"}).json()["code"] == "bad_otp"
        step = int(wall_now().timestamp()) // 30
        confirmed = client.put("/api/v1/session/otp", json={"otp": telephone.generate_otp(step)})
        codes = confirmed.json()["recovery_codes"]
        assert len(codes) == 10
        with platform.client() as other:
            body = {"username": "new3", "password": GOOD}
            asked = other.post("/api/v1/session", json=body)
            assert (asked.status_code, asked.json()["code"]) == (401, "otp_required")
            assert enter(other, "new3", GOOD, otp=codes[0])["must"] is None
            used = other.post("/api/v1/session", json={**body, "otp": codes[0]})
            assert (used.status_code, used.json()["code"]) == (401, "bad_otp")
        with platform.browser("admin") as admin:
            path = f"/api/v1/staff/{made['staff']['id']}"
            assert admin.patch(path, json={"name": "测试员"}).json()["otp"] is True
            assert admin.delete(f"{path}/otp").status_code == 204
        assert client.get("/api/v1/session").status_code == 401


def test_sessions_are_listed_and_ended_by_their_owner(platform: Platform) -> None:
    with platform.browser("tech") as here, platform.browser("tech") as there:
        items = here.get("/api/v1/session/list").json()["items"]
        assert [item["current"] for item in items].count(True) == 1
        other = next(item for item in items if not item["current"])
        assert other["address"] == "127.0.0.*"
        assert here.delete(f"/api/v1/session/list/{other['id']}").status_code == 204
        assert there.get("/api/v1/session").status_code == 401
        assert here.get("/api/v1/session").status_code == 200
    with platform.browser("tech") as here, platform.browser("tech") as there:
        assert here.delete("/api/v1/session/list").json()["ended"] >= 1
        assert there.get("/api/v1/session").status_code == 401


@pytest.mark.parametrize("how", ["ended by the administrator", "ended by its owner", "disabled"])
def test_a_live_stream_ends_within_five_seconds_of_its_session(platform: Platform, how: str) -> None:
    with hired(platform, f"live{len(how)}") as made, platform.client() as watcher, platform.browser("admin") as admin:
        enter(watcher, made["staff"]["username"], made["password"])
        body = {"current": made["password"], "password": GOOD}
        watcher.headers["X-CSRF-Token"] = watcher.put("/api/v1/session/password", json=body).json()["csrf_token"]
        path = f"/api/v1/staff/{made['staff']['id']}"
        with watcher.stream("GET", "/api/v1/stream") as stream:
            assert stream.status_code == 200
            lines = stream.iter_lines()
            next(line for line in lines if line.startswith("event: ping"))
            if how == "disabled":
                assert admin.patch(path, json={"disabled": True}).status_code == 200
            elif how == "ended by its owner":
                with platform.client() as elsewhere:
                    enter(elsewhere, made["staff"]["username"], GOOD)
                    elsewhere.delete("/api/v1/session/list")
            else:
                assert admin.delete(f"{path}/sessions").json()["ended"] == 1
            begun = stopwatch()
            for _ in lines:
                pass
            # At the next ping, which is 5 s after the last; the rest is for a busy machine.
            assert stopwatch() - begun < 8


def test_a_token_is_let_in_until_it_is_revoked(platform: Platform) -> None:
    with platform.browser("admin") as admin, platform.client() as program:
        expires = (wall_now() + timedelta(days=1)).isoformat()
        body = {"name": "dashboard", "scopes": ["read"], "expires_at": expires}
        made = admin.post("/api/v1/tokens", json=body)
        assert made.status_code == 201, made.text
        program.headers["Authorization"] = f"Bearer {made.json()['token']}"
        assert program.get("/api/v1/alerts").status_code == 200
        assert program.get("/metrics").status_code == 403
        assert program.post("/ingest/v1/events", json={}).status_code == 403
        shown = admin.get("/api/v1/tokens")
        assert made.json()["token"] not in shown.text
        assert shown.json()["items"][0]["used_at"] is not None
        assert admin.post("/api/v1/tokens", json={**body, "scopes": ["ingest"]}).status_code == 422
        assert admin.delete(f"/api/v1/tokens/{made.json()['kept']['id']}").status_code == 204
        assert program.get("/api/v1/alerts").status_code == 401


def test_log_ins_are_counted_by_what_became_of_them(platform: Platform) -> None:
    with platform.client("cli") as tool, platform.client() as stranger:
        stranger.post("/api/v1/session", json={"username": "nobody-here", "password": "x"})
        figures = tool.get("/metrics").text
    assert 'care_backend_log_ins_total{outcome="bad_credentials"}' in figures
    assert "nobody-here" not in figures


def test_without_demo_an_administrator_needs_a_second_factor(tmp_path: Path) -> None:
    with running(tmp_path, f"sqlite:///{tmp_path}/care.sqlite", demo=False) as platform, platform.client() as client:
        word = platform.passwords()["admin"]
        assert enter(client, "admin", word)["must"] == "change_password"
        changed = client.put("/api/v1/session/password", json={"current": word, "password": GOOD}).json()
        assert changed["must"] == "enrol_otp"
        client.headers["X-CSRF-Token"] = changed["csrf_token"]
        assert client.get("/api/v1/alerts").json()["code"] == "must_enrol_otp"
        offered = client.post("/api/v1/session/otp", json={"password": GOOD}).json()
        assert len(base64.b32decode(offered["secret"])) == 20
        code = pyotp.TOTP(offered["secret"]).generate_otp(int(wall_now().timestamp()) // 30)
        assert client.put("/api/v1/session/otp", json={"otp": code}).status_code == 200
        assert client.get("/api/v1/alerts").status_code == 200
