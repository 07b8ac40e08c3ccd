"""The way of a device on the running program: list, label, claim, home, test, installed; and strangers at the door."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from launcher.api import Backend
from launcher.device_import import told
from tests.harness.backend import Platform, running

API = "/api/v1"
SHEET = "设备编号,种类,住户,地址,老人姓名\nT1,终端,塔湾 12 号,桃花镇塔湾村 12 号,王桂英\n"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("platform")
    with running(folder, f"sqlite:///{folder}/care.sqlite") as found:
        yield found


def ok(answer: httpx2.Response, status: int = 200) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    return dict(answer.json()) if answer.content else {}


def test_from_the_list_to_the_wall(platform: Platform) -> None:
    with platform.browser("tech") as tech, platform.client() as stranger:
        body = {"id": "b1", "label": "到货", "devices": [{"device_id": "T9", "kind": "terminal"}]}
        made = ok(tech.post(f"{API}/claim-batches", json=body), 201)
        assert tech.get(f"{API}/devices/labels", params={"ids": "T9"}).content.startswith(b"%PDF-")
        secret = made["devices"][0]["claim_secret"]  # type: ignore[index]
        wrong = stranger.post(f"{API}/claims", json={"device_id": "T9", "claim_secret": "x"})
        assert (wrong.status_code, wrong.json()["code"]) == (401, "claim_refused")
        claimed = ok(stranger.post(f"{API}/claims", json={"device_id": "T9", "claim_secret": secret}), 201)
        assert claimed["device_id"] == "T9"
        home = ok(tech.post(f"{API}/homes", json={"label": "沙湾 3 号", "address": "沙湾村"}), 201)
        ok(tech.patch(f"{API}/devices/T9", json={"state": "enrolled", "home_id": home["id"]}))
        window = ok(tech.post(f"{API}/test-windows", json={"device_id": "T9", "minutes": 5}), 201)
        ok(tech.delete(f"{API}/test-windows/{window['id']}"), 204)
        ok(tech.post(f"{API}/homes/{home['id']}/commissioning/sign-off", json={"reason": "信号差"}), 201)
        installed = ok(tech.patch(f"{API}/devices/T9", json={"state": "installed"}))
        assert (installed["state"], installed["home_label"]) == ("installed", "沙湾 3 号")


def test_nothing_else_is_open_to_strangers(platform: Platform) -> None:
    with platform.client() as stranger:
        for method, path in (
            ("GET", "/claims"),
            ("POST", "/claim-batches"),
            ("POST", "/claims/T9/reopen"),
            ("GET", "/devices/labels?ids=T9"),
            ("POST", "/devices/import"),
            ("PATCH", "/devices/T9"),
            ("GET", "/homes"),
            ("GET", "/residents/x"),
            ("POST", "/test-windows"),
            ("POST", "/alerts/x/confirm-test"),
        ):
            assert stranger.request(method, f"{API}{path}").status_code == 401, path


def test_the_command_uploads_a_sheet(platform: Platform) -> None:
    port = int(platform.backend.url.rsplit(":", 1)[1])
    backend = Backend(port, platform.tokens["cli"])
    dry = backend.upload(f"{API}/devices/import?dry_run=true", "设备 清单.csv", SHEET.encode(), 30)
    assert (dry[0], dry[1]["created"], dry[1]["applied"]) == (200, 1, False)
    done = backend.upload(f"{API}/devices/import", "x.csv", SHEET.encode(), 30)
    assert (done[0], done[1]["applied"]) == (200, True)
    assert list(told(done[1])) != []
    bad = backend.upload(f"{API}/devices/import", "x.csv", (SHEET + "T2,冰箱,,,\n").encode(), 30)
    assert bad[0] == 422
    problem, end = told(bad[1])
    assert "冰箱" in problem
    assert "1" in end


def test_nothing_answers_is_told(tmp_path: Path) -> None:
    assert Backend(1, "x").upload("/x", "x", b"", 1) == (0, {})
