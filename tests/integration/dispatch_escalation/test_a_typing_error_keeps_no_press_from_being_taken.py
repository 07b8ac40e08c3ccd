"""Every file of `config/` that an operator edits is broken: the program starts, takes the press, and says why."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from contract.times import format_time
from contract.topics import source
from contract.vocabulary import SOS
from tests.harness.backend import running
from tests.harness.clock import wait_until, wall_now

BROKEN = (
    "channels.toml",
    "work_orders.toml",
    "notices/zh-CN.toml",
    "notices/en.toml",
    "escalation/sos.toml",
    "scripts/sos.toml",
)


def test_with_every_file_broken_a_press_becomes_an_alert_and_health_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    shutil.copytree(Path("config"), config)
    for name in BROKEN:
        (config / name).write_text("[kinds\nlabel = ", encoding="utf-8")
    monkeypatch.setenv("CARE_CONFIG_DIR", str(config))
    with running(tmp_path, f"sqlite:///{tmp_path}/care.sqlite") as platform:
        now = format_time(wall_now())
        event = {"specversion": "1.0", "id": "e1", "source": source("T1"), "type": SOS, "time": now}
        item = {
            "device_id": "T1",
            "received_at": now,
            "retained": False,
            "event": {**event, "data": {"seq": 1, "boot": 1}},
        }
        with platform.client("gw1") as gateway:
            taken = gateway.post("/ingest/v1/events", json={"gateway": "gw1", "items": [item]})
        assert taken.status_code == 202, taken.text
        assert taken.json()["outcomes"][0]["alert_id"]

        def said() -> str:
            with platform.client("launcher") as client:
                checks = client.get("/readyz").json()["checks"]
            found = [check for check in checks if check["check"] == "configuration"]
            return "" if not found or found[0]["ok"] else str(found[0]["detail"])

        words = wait_until(said, "readiness speaks of the configuration", 30)
        assert [name for name in BROKEN if Path(name).name not in words] == []
        assert "correct the file" in words
        assert "请改正文件" in words
