"""A delivered device calls from its first day, proves its label's secret once, and a copy of the label is reported."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from backend.services.identity.actor import StaffRole
from tests.harness.registry import RegistryDesk

ONE = {"device_id": "T1", "kind": "terminal", "model": "YJT-3"}
LIST = {"id": "2026-11", "label": "十一月到货", "devices": [ONE]}
KEY = {"Idempotency-Key": "device-boot-1"}


def deliver(desk: RegistryDesk, status: int = 201, **more: Any) -> dict[str, Any]:
    return desk.answer(desk.http.post("/claim-batches", json={**LIST, **more}), status)


def claim(desk: RegistryDesk, secret: str, status: int = 201, device: str = "T1", **headers: str) -> dict[str, Any]:
    body = {"device_id": device, "claim_secret": secret}
    return desk.answer(desk.of(None).post("/claims", json=body, headers=headers), status)


def state(desk: RegistryDesk, device_id: str) -> str:
    return str(desk.answer(desk.http.get(f"/devices/{device_id}"))["state"])


def test_a_delivered_device_calls_before_anybody_has_enrolled_it(desk: RegistryDesk) -> None:
    made = deliver(desk)
    (one,) = made["devices"]
    assert (one["lobby_id"], len(made["lobby_secret"]), len(one["claim_secret"])) == ("lobby-T1", 43, 43)
    assert desk.broker.known == {"lobby-T1"}
    answer = desk.alarm.press("lobby-T1")
    assert (answer.outcomes[0].outcome, answer.commands[0].args["stage"]) == ("unknown_device", "received")
    alert = desk.alarm.only()
    assert (alert.unknown_device, alert.ring, alert.organisation) == (True, True, None)


def test_the_same_list_again_is_the_same_answer_and_more_may_follow(desk: RegistryDesk) -> None:
    first = deliver(desk)
    assert deliver(desk) == first
    more = deliver(desk, devices=[ONE, {"device_id": "T2", "kind": "terminal"}])
    assert (more["lobby_secret"], more["devices"][0]) == (first["lobby_secret"], first["devices"][0])
    assert deliver(desk, 409, label="另一批")["code"] == "batch_exists"
    other = deliver(desk, 409, devices=[{**ONE, "claim_sha256": "0" * 64}])
    assert (other["code"], other["ids"]) == ("device_exists", ["T1"])
    assert deliver(desk, 422, devices=[ONE, ONE])["code"] == "bad_device_id"
    assert desk.of(StaffRole.OPERATOR).post("/claim-batches", json=LIST).status_code == 403


def test_a_device_gets_its_own_credential_once(desk: RegistryDesk) -> None:
    secret = deliver(desk)["devices"][0]["claim_secret"]
    claimed = claim(desk, secret)
    assert claimed["device_id"] == "T1"
    assert claimed["secret"] != secret
    assert desk.broker.known == {"T1", "lobby-T1"}
    assert state(desk, "T1") == "stock"
    assert claim(desk, secret, 409)["code"] == "already_claimed"
    assert claim(desk, secret, 409, **KEY)["code"] == "already_claimed"


def test_a_second_use_is_reported_once_a_day(desk: RegistryDesk) -> None:
    secret = deliver(desk)["devices"][0]["claim_secret"]
    claim(desk, secret)
    for _ in range(3):
        claim(desk, secret, 409)
    assert desk.order_keys() == ["claimed_twice/T1/2026-11-24"]
    kinds = [entry["kind"] for entry in desk.history("/devices/T1")]
    assert kinds == ["claim_refused"] * 3 + ["claimed"]
    desk.clock.turn(timedelta(days=1))
    claim(desk, secret, 409)
    assert len(desk.order_keys()) == 2


def test_a_lost_answer_is_given_again_to_the_same_request(desk: RegistryDesk) -> None:
    secret = deliver(desk)["devices"][0]["claim_secret"]
    first = claim(desk, secret, **KEY)
    assert claim(desk, secret, **KEY) == first
    assert desk.order_keys() == []


def test_the_makers_own_secret_is_known_by_its_digest_only(desk: RegistryDesk) -> None:
    digest = hashlib.sha256(b"maker-secret").hexdigest()
    made = deliver(desk, devices=[{**ONE, "claim_sha256": digest}])
    assert made["devices"][0]["claim_secret"] is None
    assert claim(desk, "maker-secret")["device_id"] == "T1"


def test_strangers_and_guesses_are_refused_alike_and_have_to_wait(desk: RegistryDesk) -> None:
    deliver(desk)
    wrong = claim(desk, "x" * 43, 401)
    assert claim(desk, "x" * 43, 401, device="T9") == wrong
    for _ in range(4):
        claim(desk, "y" * 43, 401)
    claim(desk, "y" * 43, 401)
    held = claim(desk, desk.secrets.secret_of("T1"), 429)
    assert (held["code"], held["retry_after_seconds"]) == ("too_many_attempts", 1)
    desk.clock.turn(timedelta(seconds=61))
    assert claim(desk, desk.secrets.secret_of("T1"))["device_id"] == "T1"
    assert desk.order_keys() == []


def test_a_claimed_device_that_is_installed_needs_the_lobby_no_more(desk: RegistryDesk) -> None:
    secret = deliver(desk)["devices"][0]["claim_secret"]
    claim(desk, secret)
    home_id = desk.device("T0")
    desk.change("T1", state="enrolled", home_id=home_id)
    assert "lobby-T1" in desk.broker.known
    desk.change("T1", state="installed", reason="试过了")
    assert desk.broker.known == {"T0", "T1"}
    assert state(desk, "lobby-T1") == "retired"


def test_a_technician_reopens_a_claim_and_the_label_is_right_again(desk: RegistryDesk) -> None:
    secret = deliver(desk)["devices"][0]["claim_secret"]
    first = claim(desk, secret)
    desk.change("T1", state="enrolled", home_id=desk.device("T0"))
    desk.change("T1", state="installed", reason="试过了")
    desk.answer(desk.http.post("/claims/T1/reopen", json={"reason": "恢复出厂"}), 204)
    assert "lobby-T1" in desk.broker.known
    again = claim(desk, secret)
    assert again["secret"] != first["secret"]
    assert state(desk, "T1") == "installed"
    gone = desk.http.post("/claims/T9/reopen", json={"reason": "x"})
    assert (gone.status_code, gone.json()["code"]) == (404, "unknown_device")


def test_what_was_revoked_claims_nothing(desk: RegistryDesk) -> None:
    secret = deliver(desk)["devices"][0]["claim_secret"]
    claim(desk, secret)
    desk.change("T1", state="revoked", reason="被盗")
    desk.answer(desk.http.post("/claims/T1/reopen", json={"reason": "误操作"}), 204)
    assert claim(desk, secret, 409)["code"] == "shut_out"
    assert "T1" not in desk.broker.known


def test_labels_show_a_secret_only_while_it_was_never_used(desk: RegistryDesk) -> None:
    secret = deliver(desk)["devices"][0]["claim_secret"]
    desk.device("T0")
    print_labels = desk.labels()
    fresh, plain = print_labels(["T1", "T0"])
    assert (fresh.uri, plain.uri) == (f"care:claim?id=T1&secret={secret}", "care:claim?id=T0")
    claim(desk, secret)
    assert print_labels(["T1"])[0].uri == "care:claim?id=T1"
    answer = desk.http.get("/devices/labels", params={"ids": ["T1", "T0"] * 20})
    assert (answer.status_code, answer.headers["content-type"], answer.headers["cache-control"]) == (
        200,
        "application/pdf",
        "no-store",
    )
    assert answer.content.startswith(b"%PDF-")
    assert answer.content.count(b"/Type /Page\n") == 2
    gone = desk.http.get("/devices/labels", params={"ids": ["T1", "T9"]})
    assert (gone.status_code, gone.json()["ids"]) == (404, ["T9"])
    assert desk.of(StaffRole.OPERATOR).get("/devices/labels", params={"ids": "T1"}).status_code == 403
