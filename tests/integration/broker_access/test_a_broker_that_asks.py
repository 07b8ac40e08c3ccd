"""EMQX's HTTP authentication: what is asked in its documented form is answered in its form, from the registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import update

from backend.adapters.broker_hash import mosquitto_hash
from backend.adapters.db.engine import writing
from backend.adapters.db.registry import devices
from backend.domain.registry.lifecycle import DeviceState
from tests.harness.backend import SCOPES, Platform, running
from tests.harness.system import Credential

EMQX = {**SCOPES, "emqx": ["broker"]}
ALLOW, DENY = {"result": "allow", "is_superuser": False}, {"result": "deny", "is_superuser": False}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("emqx")
    (folder / "accounts").write_text(f"gw1.events:{mosquitto_hash('gateway')}\n")
    url = f"sqlite:///{folder}/care.sqlite"
    with running(folder, url, broker_access="http") as found:
        found.tokens["emqx"] = "t" * 43
        found.write_service_accounts(EMQX)
        yield found


@pytest.fixture
def emqx(platform: Platform) -> Iterator[httpx2.Client]:
    with platform.client("emqx") as client:
        yield client


@pytest.fixture(scope="module")
def enrolled(platform: Platform) -> dict[str, Credential]:
    with platform.client("cli") as tool:
        items = [
            {"kind": "terminal", "home": {"label": "1 号", "address": "1 号"}},
            {"kind": "terminal", "lobby": True},
        ]
        made = tool.post("/api/v1/devices", json={"items": items}).json()["items"]
    full, lobby = (Credential(row["device_id"], row["secret"]) for row in made)
    return {"full": full, "lobby": lobby}


def _log_in(emqx: httpx2.Client, device: Credential, clientid: str | None = None) -> Any:
    body = {"username": device.device_id, "password": device.secret, "clientid": clientid or device.device_id}
    answer = emqx.post("/broker/v1/authenticate", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    return answer.json()


def _reach(emqx: httpx2.Client, name: str, action: str, topic: str) -> str:
    asked = {"username": name, "action": action, "topic": topic, "qos": "1", "peerhost": "10.0.0.1"}
    answer = emqx.post("/broker/v1/authorize", json=asked)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["result"])


def test_name_secret_and_client_id_have_to_be_right(emqx: httpx2.Client, enrolled: dict[str, Credential]) -> None:
    full, lobby = enrolled["full"], enrolled["lobby"]
    assert _log_in(emqx, full) == ALLOW
    assert _log_in(emqx, lobby) == ALLOW
    assert _log_in(emqx, Credential("gw1.events", "gateway")) == ALLOW
    assert _log_in(emqx, full, clientid="gw1.events") == DENY
    for wrong in (
        Credential(full.device_id, lobby.secret),
        Credential(full.device_id, ""),
        Credential("nobody", full.secret),
        Credential("", ""),
        Credential("gw2.events", "gateway"),
        Credential("x\x00y", "z"),
        Credential("护", "理"),
    ):
        assert _log_in(emqx, wrong) == DENY, wrong


def test_topics_are_those_of_the_shipped_rules(emqx: httpx2.Client, enrolled: dict[str, Credential]) -> None:
    full, lobby = enrolled["full"].device_id, enrolled["lobby"].device_id
    for name, allowed in ((full, {"event", "telemetry", "status", "result"}), (lobby, {"event"})):
        asked = ("event", "telemetry", "status", "result", "command")
        assert {
            topic for topic in asked if _reach(emqx, name, "publish", f"care/v1/{name}/{topic}") == "allow"
        } == allowed
        assert _reach(emqx, name, "subscribe", f"care/v1/{name}/command") == "allow"
    for action, topic in (
        ("publish", f"care/v1/{lobby}/event"),
        ("publish", "$SYS/broker"),
        ("subscribe", f"care/v1/{lobby}/command"),
        ("subscribe", "care/v1/+/command"),
        ("subscribe", "#"),
    ):
        assert _reach(emqx, full, action, topic) == "deny", topic
    assert _reach(emqx, "gw1.events", "subscribe", "care/v1/+/event") == "allow"
    assert _reach(emqx, "gw1.events", "publish", f"care/v1/{full}/command") == "allow"
    assert _reach(emqx, "gw1.events", "publish", f"care/v1/{full}/event") == "deny"
    assert _reach(emqx, "nobody", "publish", "care/v1/nobody/event") == "deny"
    assert _reach(emqx, "gw2.events", "subscribe", "care/v1/+/event") == "deny"


def test_a_revoked_one_is_refused_at_the_next_question(platform: Platform, emqx: httpx2.Client) -> None:
    with platform.client("cli") as tool:
        body = {"items": [{"kind": "terminal", "lobby": True}]}
        made = tool.post("/api/v1/devices", json=body).json()["items"][0]
    device = Credential(made["device_id"], made["secret"])
    assert _log_in(emqx, device) == ALLOW
    with writing(platform.backend.engine) as connection:
        connection.execute(update(devices).where(devices.c.id == device.device_id).values(state=DeviceState.REVOKED))
        connection.commit()
    assert _log_in(emqx, device) == DENY
    assert _reach(emqx, device.device_id, "publish", f"care/v1/{device.device_id}/event") == "deny"


def test_only_a_broker_may_ask(platform: Platform, enrolled: dict[str, Credential]) -> None:
    device = enrolled["full"]
    body = {"username": device.device_id, "password": device.secret, "clientid": device.device_id}
    for account, status in ((None, 401), ("gw1", 403), ("cli", 403)):
        with platform.client(account) as client:
            assert client.post("/broker/v1/authenticate", json=body).status_code == status
    with platform.browser("admin") as browser:
        assert browser.post("/broker/v1/authenticate", json=body).status_code == 403


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{}",
        b"[]",
        b'{"username":1,"password":"x","clientid":"x"}',
        b'{"username":null,"password":"x","clientid":""}',
        b'{"username":"\\ud800","password":"x","clientid":"x"}',
        b"\xff",
    ],
)
def test_what_is_no_question_lets_nobody_in(emqx: httpx2.Client, broken: bytes) -> None:
    for call in ("authenticate", "authorize"):
        answer = emqx.post(f"/broker/v1/{call}", content=broken, headers={"Content-Type": "application/json"})
        assert 400 <= answer.status_code < 500, "EMQX takes it for `ignore`, and lets in whom no rule lets in: nobody"


def test_what_was_answered_is_counted(platform: Platform, emqx: httpx2.Client) -> None:
    def count() -> float:
        with platform.client("cli") as tool:
            lines = tool.get("/metrics").text.splitlines()
        wanted = 'care_backend_broker_answers_total{call="authenticate",verdict="unknown_account"} '
        return sum(float(line.removeprefix(wanted)) for line in lines if line.startswith(wanted))

    before = count()
    assert _log_in(emqx, Credential("stranger", "x")) == DENY
    assert count() == before + 1


def test_no_file_is_written_for_it(platform: Platform) -> None:
    assert not [path.name for path in Path(platform.folder).iterdir() if path.name in ("passwd", "acl")]
