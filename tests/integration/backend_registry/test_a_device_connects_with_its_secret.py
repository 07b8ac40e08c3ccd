"""What the platform writes is what Mosquitto reads: the enrolled device is let in, and nobody without its secret."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from backend.adapters.broker_hash import mosquitto_hash
from tests.harness.backend import running
from tests.harness.broker import Broker
from tests.harness.system import Credential
from tests.harness.wire import accepts

pytestmark = pytest.mark.broker


def test_an_enrolled_device_is_let_in_by_a_real_broker(tmp_path: Path) -> None:
    with running(tmp_path, f"sqlite:///{tmp_path}/care.sqlite") as platform, platform.client("cli") as tool:
        wanted = [
            {"kind": "terminal", "home": {"label": "1 号", "address": "1 号"}},
            {"kind": "terminal", "lobby": True},
        ]
        answer = tool.post("/api/v1/devices", json={"items": wanted})
        assert answer.status_code == 201
        assert answer.headers["cache-control"] == "no-store"
        credentials = [Credential(item["device_id"], item["secret"]) for item in answer.json()["items"]]
        broker_folder = tmp_path / "broker"
        broker_folder.mkdir()
        (broker_folder / "passwd").write_bytes(platform.settings.broker_passwd_file.read_bytes())
        with Broker(broker_folder) as broker:
            assert [accepts(broker.port, credential) for credential in credentials] == [True, True]
            assert not accepts(broker.port, Credential(credentials[0].device_id, credentials[1].secret))
            assert not accepts(broker.port, Credential("T9999", credentials[0].secret))


def test_the_form_is_that_of_mosquitto_passwd(tmp_path: Path) -> None:
    path = tmp_path / "theirs"
    subprocess.run(["mosquitto_passwd", "-c", "-b", str(path), "T1", "secret"], check=True, capture_output=True)
    theirs, ours = path.read_text().strip().partition(":")[2].split("$"), mosquitto_hash("secret", 101).split("$")
    assert [part if index < 3 else len(part) for index, part in enumerate(ours)] == [
        part if index < 3 else len(part) for index, part in enumerate(theirs)
    ]


def test_what_the_broker_could_read_before_it_can_read_after(tmp_path: Path) -> None:
    with running(tmp_path, f"sqlite:///{tmp_path}/care.sqlite") as platform, platform.client("cli") as tool:
        passwd = platform.settings.broker_passwd_file
        assert passwd.stat().st_mode & 0o777 == 0o600
        passwd.chmod(0o640)
        before = passwd.stat().st_ino
        body = {"items": [{"kind": "terminal", "lobby": True}]}
        assert tool.post("/api/v1/devices", json=body).status_code == 201
        after = passwd.stat()
        assert after.st_mode & 0o777 == 0o640
        assert after.st_ino != before


def test_a_start_tells_the_broker_what_a_crash_kept_from_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/care.sqlite"
    with running(tmp_path, url) as platform, platform.client("cli") as tool:
        body = {"items": [{"kind": "terminal", "lobby": True, "device_id": "lobby-1"}]}
        assert tool.post("/api/v1/devices", json=body).status_code == 201
    (tmp_path / "passwd").write_text("")
    with running(tmp_path, url):
        assert (tmp_path / "passwd").read_text().startswith("lobby-1:$7$1$")
