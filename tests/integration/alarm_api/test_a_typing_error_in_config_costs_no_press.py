"""An operator's mistake in a policy, a script or a channel is said, and presses are taken all the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.harness.backend import running
from tests.integration.backend_live.conftest import press

BROKEN = {
    "escalation/sos.toml": "id = ",
    "scripts/sos.toml": "steps = 3",
    "channels.toml": "[channels.sms]\nadapter = 'x'",
}


@pytest.mark.parametrize("name", list(BROKEN))
def test_a_press_is_taken_and_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    config = tmp_path / "config"
    shutil.copytree("config", config)
    (config / name).write_text(BROKEN[name], encoding="utf-8")
    monkeypatch.setenv("CARE_CONFIG_DIR", str(config))
    with running(tmp_path, f"sqlite:///{tmp_path / 'care.sqlite'}") as platform:
        press(platform, "T1", "e1")
        with platform.browser("op1") as desk:
            (alert,) = desk.get("/api/v1/alerts").json()["items"]
            assert desk.post(f"/api/v1/alerts/{alert['id']}/accept").status_code == 200
            body = {"outcome": "helped_by_phone"}
            assert desk.post(f"/api/v1/alerts/{alert['id']}/close", json=body).status_code == 200
