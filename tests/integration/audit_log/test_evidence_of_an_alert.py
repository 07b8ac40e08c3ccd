"""The evidence of an alert holds all that is kept about it and no key to anything; a command checks it."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, update

from backend.adapters.db.engine import writing
from backend.adapters.db.evidence import EvidenceSqlReader
from backend.adapters.db.registry import homes
from backend.adapters.evidence.pdf import PdfPaper
from backend.adapters.evidence.signature import Ed25519Signer, fingerprint_of, prove
from backend.adapters.evidence.zip_file import ZipPacker
from backend.domain.alert.lifecycle import Verb
from backend.services.evidence.export import ExportEvidence
from tests.harness.alarm import Alarm
from tests.harness.child import ROOT, clean_environment, python

KEY = bytes(range(32))
SECRETS = ("4711#", "$7$x")


@pytest.fixture
def alarm(database: Engine) -> Alarm:
    return Alarm(database)


def exported(alarm: Alarm, folder: Path, key: bytes = KEY) -> tuple[str, Path]:
    """One alert from the press to its end, and its bundle."""
    alarm.enrol("T1")
    with writing(alarm.engine) as connection:
        connection.execute(update(homes).values(entry="门锁 4711#"))
        connection.commit()
    alarm.press("T1")
    alert_id = alarm.only().id
    alarm.do(Verb.ACCEPT, alert_id)
    alarm.do(Verb.NOTE, alert_id, text="家属在路上 <b>&")
    alarm.do(Verb.CLOSE, alert_id, outcome="helped_on_site")
    signer = Ed25519Signer(lambda: key)
    export = ExportEvidence(
        EvidenceSqlReader(alarm.engine), PdfPaper(ZoneInfo("Asia/Shanghai")), signer, ZipPacker(), alarm.clock
    )
    bundle = export(alert_id, "aud1")
    assert bundle is not None
    path = folder / "bundle.zip"
    path.write_bytes(bundle)
    return alert_id, path


def fingerprint(key: bytes = KEY) -> str:
    return fingerprint_of(Ed25519Signer(lambda: key).public_key())


def test_it_is_whole_and_opens_nothing(alarm: Alarm, tmp_path: Path) -> None:
    alert_id, path = exported(alarm, tmp_path)
    found = prove(path, fingerprint())
    assert (found.fault, found.alert_id) == (None, alert_id)
    with zipfile.ZipFile(path) as bundle:
        data, paper = bundle.read("alert.json").decode(), bundle.read("alert.pdf")
    rows = json.loads(data)["rows"]
    assert [row["kind"] for row in rows["alert_timeline"]] == alarm.kinds(alert_id)
    assert {"alerts", "events", "commands", "homes", "residents", "devices"} <= set(rows)
    assert "家属在路上" in data
    assert [secret for secret in SECRETS if secret in data] == []
    assert paper.startswith(b"%PDF-")


def test_of_an_alert_that_is_not_there(alarm: Alarm) -> None:
    assert EvidenceSqlReader(alarm.engine).gather("none") is None


def test_the_command_says_so(alarm: Alarm, tmp_path: Path) -> None:
    alert_id, path = exported(alarm, tmp_path)

    def verify(*words: str) -> subprocess.CompletedProcess[str]:
        command = python("backend", "evidence", "verify", str(path), *words)
        return subprocess.run(
            command, env=clean_environment({}), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )

    good = verify(fingerprint())
    assert (good.returncode, alert_id in good.stderr) == (0, True)
    assert verify(fingerprint(bytes(32))).returncode == 1
    path.write_bytes(b"PK nothing")
    assert verify().returncode == 1
