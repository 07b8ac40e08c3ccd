"""A real backend: who reports, who may read, and what readiness and metrics show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.app import Role
from tests.harness.backend import Platform, running
from tests.harness.clock import wait_until


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("platform")
    with running(folder, f"sqlite:///{folder}/care.sqlite") as found:
        yield found


def report(platform: Platform, who: str, component: str, state: str = "up", **figures: float) -> int:
    body = {"component": component, "state": state, "detail": "", "figures": figures}
    with platform.client(who) as client:
        return client.post("/ingest/v1/health", json=body).status_code


def test_a_component_that_reports_is_shown_to_the_desk(platform: Platform) -> None:
    assert report(platform, "gw1", "gateway-emergency", echo_age_seconds=1.5) == 204
    assert report(platform, "launcher", "broker", "down") == 204
    with platform.browser("op1") as desk:
        shown = {row["component"]: row for row in desk.get("/api/v1/health").json()["components"]}
    assert shown["gateway-emergency"]["figures"] == {"echo_age_seconds": 1.5}
    assert shown["broker"]["state"] == "down"
    assert shown["backend"]["state"] == "up", "the backend reports itself"


@pytest.mark.parametrize(("who", "status"), [("cli", 403), ("sim", 403), (None, 401)])
def test_nobody_else_may_report(platform: Platform, who: str | None, status: int) -> None:
    with platform.client(who) as client:
        body = {"component": "broker", "state": "up"}
        assert client.post("/ingest/v1/health", json=body).status_code == status


@pytest.mark.parametrize("body", [b"", b"{}", b'{"component":"X","state":"up"}', b'{"component":"a","state":"silent"}'])
def test_a_bad_report_is_refused_with_its_reason(platform: Platform, body: bytes) -> None:
    with platform.client("gw1") as client:
        answer = client.post("/ingest/v1/health", content=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_report")


def test_ready_once_the_broker_is_heard_and_not_before(tmp_path: Path) -> None:
    with running(tmp_path, f"sqlite:///{tmp_path}/care.sqlite") as platform:
        _becomes_ready(platform)


def _becomes_ready(platform: Platform) -> None:
    def failing() -> list[str]:
        with platform.client("launcher") as client:
            answer = client.get("/readyz")
        document = answer.json()
        assert document["ready"] is (answer.status_code == 200)
        assert all(set(check["detail"]) == {"zh-CN", "en"} for check in document["checks"])
        return [check["check"] for check in document["checks"] if not check["ok"]]

    wait_until(lambda: failing() == ["broker_echo"], "all but the broker's echo")
    assert report(platform, "gw1", "gateway-emergency", echo_age_seconds=0.5) == 204
    wait_until(lambda: failing() == [], "ready after the next look", seconds=12)


def test_a_stranger_learns_only_that_the_process_lives(platform: Platform) -> None:
    with platform.client() as stranger:
        assert stranger.get("/healthz").text == "ok\n"
        assert stranger.head("/healthz").status_code == 200
        for path in ("/readyz", "/metrics", "/api/v1/health"):
            assert stranger.get(path).status_code == 401


def test_metrics_are_read_with_their_scope_alone(platform: Platform) -> None:
    with platform.client("gw1") as gateway:
        assert gateway.get("/metrics").status_code == 403
        gateway.post("/ingest/v1/telemetry", json={"gateway": "gw1", "items": [{"device_id": "T9", "received_at": ""}]})
    with platform.client("cli") as client:
        answer = client.get("/metrics")
    assert answer.status_code == 200
    assert 'care_backend_ingested_items_total{kind="telemetry",outcome="unknown_device",reason=""} 1.0' in answer.text
    assert 'care_backend_tick_failures{tick="watch"} 0.0' in answer.text


def test_the_telemetry_process_reports_itself_under_its_own_name(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/care.sqlite"
    with running(tmp_path, url, [Role.API]) as desk, running(tmp_path, url, [Role.INGEST_TELEMETRY]):
        desk.write_service_accounts({"cli": ["read"]})

        def names() -> set[str]:
            with desk.client("cli") as client:
                return {row["component"] for row in client.get("/api/v1/health").json()["components"]}

        wait_until(lambda: names() == {"backend", "backend-telemetry"}, "both report themselves")
