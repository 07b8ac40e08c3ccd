"""The console's own checks pass against the backend's real API, it stays small, and the fake tells no lies about it."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from tests.console.conftest import CONSOLE, ROOT, npm
from tests.fakes.console_backend import PASSWORD, FakeBackend, application

FIRST_LOAD_LIMIT = 200_000
"""Bytes of script, gzipped, before the desk is there: a 4G stick on an island loads it in a second or two."""


@pytest.fixture(scope="module")
def openapi(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The backend's OpenAPI document."""
    done = subprocess.run([sys.executable, "-m", "backend", "openapi"], cwd=ROOT, capture_output=True, check=True)
    path = tmp_path_factory.mktemp("openapi") / "openapi.json"
    path.write_bytes(done.stdout)
    return path


def test_types_lint_and_unit_tests_pass_against_the_backends_api(installed: None, openapi: Path) -> None:
    npm("run", "types", CARE_OPENAPI_FILE=str(openapi))
    npm("run", "check")


def test_the_first_load_is_small(console_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (console_dir / "index.html").read_text()
    scripts = re.findall(r'(?:src|href)="(/assets/[^"]+\.js)"', page)
    assert scripts
    size = sum(len(gzip.compress((console_dir / name.lstrip("/")).read_bytes())) for name in scripts)
    with capsys.disabled():
        print(f"\nconsole, first load: {size / 1000:.0f} kB of script (gzip), {len(scripts)} file(s)")
    assert size <= FIRST_LOAD_LIMIT


def test_nothing_comes_from_elsewhere(console_dir: Path) -> None:
    page = (console_dir / "index.html").read_text()
    assert re.findall(r'(?:src|href)="(?!/)[^"]*"', page) == []
    styles = "".join(path.read_text() for path in console_dir.glob("assets/*.css"))
    assert re.findall(r"url\((?!#)[^)]*//[^)]*\)", styles) == []
    assert "<script>" not in page


def test_the_lock_names_no_registry() -> None:
    assert '"resolved"' not in (CONSOLE / "package-lock.json").read_text()


def test_the_fake_answers_as_the_backend_says_it_does(openapi: Path, tmp_path: Path) -> None:
    document = json.loads(openapi.read_text())
    fake = FakeBackend(tmp_path, 1)
    alert = fake.desk.press(home=0, late=60)
    fake.desk.press(home=None)
    client = TestClient(application(fake, tmp_path))

    def check(method: str, path: str, template: str, status: int = 200, **call: Any) -> Any:
        answer = client.request(method, f"/api/v1{path}", **call)
        assert answer.status_code == status, answer.text
        content = document["paths"][f"/api/v1{template}"][method.lower()]["responses"][str(status)]["content"]
        schema = content["application/json"]["schema"]
        jsonschema.validate(answer.json(), {**schema, "components": document["components"]})
        return answer.json()

    credentials = {"username": "desk1", "password": PASSWORD}
    session = check("POST", "/session", "/session", json=credentials)
    headers = {"X-CSRF-Token": session["csrf_token"]}
    check("GET", "/session", "/session")
    check("GET", "/alerts", "/alerts")
    check("GET", f"/alerts/{alert}", "/alerts/{alert_id}")
    for part in ("script", "calls", "assignments", "responders"):
        check("GET", f"/alerts/{alert}/{part}", f"/alerts/{{alert_id}}/{part}")
    check("GET", "/notices", "/notices")
    check("GET", "/organisations", "/organisations")
    check("GET", "/vocabulary", "/vocabulary")
    check("GET", "/health", "/health")
    steps: list[tuple[str, dict[str, Any] | None]] = [
        ("accept", None),
        ("dispatch", {"responder": "沈国良"}),
        ("en-route", {"eta_minutes": 8}),
        ("arrived", None),
        ("notes", {"text": "好"}),
        ("close", {"outcome": "helped_on_site"}),
    ]
    for step, body in steps:
        keyed = {**headers, "Idempotency-Key": step}
        check("POST", f"/alerts/{alert}/{step}", f"/alerts/{{alert_id}}/{step}", json=body, headers=keyed)


def test_every_step_and_reason_of_the_backend_has_its_words() -> None:
    from backend.domain.alert.lifecycle import Refused
    from backend.domain.alert.model import EntryKind
    from backend.services.alarm.ports import CommandState
    from contract.vocabulary import HANDLING_LABELS, SEVERITY_LABELS, Stage

    words = (CONSOLE / "src" / "i18n" / "zh.ts").read_text()
    needed = {
        "timeline": EntryKind,
        "answers.state": CommandState,
        "answers.stage": Stage,
        "handling": HANDLING_LABELS,
        "severity": SEVERITY_LABELS,
        "problem": (Refused.ALREADY_ACCEPTED, Refused.NEEDS_SEEN_BY),
    }
    missing = [f"{area}.{code}" for area, codes in needed.items() for code in codes if f"'{area}.{code}'" not in words]
    assert missing == []
