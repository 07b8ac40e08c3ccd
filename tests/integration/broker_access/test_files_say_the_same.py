"""The simpler way: the files that the platform writes say to a real Mosquitto what the plug-in is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backend.adapters.broker_accounts import ACL, BrokerFiles, ProgramAccountsFile, password_file
from backend.adapters.broker_hash import SecretHasher
from backend.services.broker_access.accounts import Access, BrokerAccount
from launcher import broker_config
from tests.harness.broker import CONFIG, Broker
from tests.harness.controlled_broker import Rows
from tests.harness.system import Credential
from tests.harness.wire import Link, accepts

pytestmark = pytest.mark.broker
REFUSED = "Not authorized"


class FileBroker(Broker):
    """`Broker` with both files that the platform writes."""

    def _config(self) -> str:
        return broker_config.render_broker_config(
            (CONFIG / "mosquitto.conf.template").read_text(encoding="utf-8"),
            broker_config.password_file(str(self.passwd)),
            port=self.port,
            address=self.host,
            persistence_location=str(self.folder / "data"),
            acl_file=str(self.folder / ACL),
            user="root" if os.geteuid() == 0 else "mosquitto",
            log_dest="stdout",
        )


def _enrol(rows: Rows, hasher: SecretHasher, name: str, access: Access) -> Credential:
    rows.by_name[name] = BrokerAccount(name, hasher(f"secret of {name}"), access)
    return Credential(name, f"secret of {name}")


def test_the_broker_obeys_both_files(tmp_path: Path) -> None:
    rows, hasher = Rows(), SecretHasher()
    full = _enrol(rows, hasher, "T1", Access.FULL)
    lobby = _enrol(rows, hasher, "lobby-1", Access.ESSENTIAL)
    (tmp_path / "accounts").write_text(f"gw1.events:{hasher('gateway')}\n")
    files = BrokerFiles(
        tmp_path, ProgramAccountsFile(tmp_path / "accounts"), rows, password_file("passwd", CONFIG / ACL)
    )
    files.publish()
    assert (tmp_path / "passwd").stat().st_mode & 0o777 == 0o600
    with FileBroker(tmp_path) as broker:
        for device, allowed in ((full, {"event", "telemetry", "status", "result"}), (lobby, {"event"})):
            with Link(broker.port, device) as link:
                topics = ("event", "telemetry", "status", "result", "command")
                root = f"care/v1/{device.device_id}"
                assert {topic for topic in topics if link.publish(f"{root}/{topic}", "{}") != REFUSED} == allowed
        assert accepts(broker.port, Credential("gw1.events", "gateway"))
        del rows.by_name["T1"]
        files.publish()
        broker.restart()
        assert [accepts(broker.port, full), accepts(broker.port, lobby)] == [False, True]


def test_nothing_is_written_where_nothing_has_changed(tmp_path: Path) -> None:
    rows = Rows()
    _enrol(rows, SecretHasher(), "T1", Access.FULL)
    files = BrokerFiles(
        tmp_path, ProgramAccountsFile(tmp_path / "accounts"), rows, password_file("passwd", CONFIG / ACL)
    )
    files.publish()
    before = {name: (tmp_path / name).stat().st_ino for name in ("passwd", ACL)}
    files.publish()
    assert {name: (tmp_path / name).stat().st_ino for name in ("passwd", ACL)} == before
