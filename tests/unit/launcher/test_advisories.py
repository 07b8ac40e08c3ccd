"""Silence is not good news: what could not be asked is never taken for clean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from launcher import advisories
from launcher.advisories import Advice, Answer, of_npm, of_python
from launcher.exits import Exit
from launcher.places import Places

GOOD = {"name": "msgspec", "version": "0.21", "vulns": []}
BAD = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"]}]}
SKIPPED = {"name": "rich", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([GOOD], Answer(Advice.CLEAN, 1)),
        ([GOOD, BAD], Answer(Advice.FOUND, 2, ("old 1.0: PYSEC-2026-1",))),
        ([GOOD, SKIPPED], Answer(Advice.NOT_ASKED, 1)),
        ([SKIPPED, BAD], Answer(Advice.FOUND, 1, ("old 1.0: PYSEC-2026-1",))),
        ([], Answer(Advice.NOT_ASKED)),
    ],
)
def test_python(rows: list[Any], expected: Answer) -> None:
    assert of_python({"dependencies": rows}) == expected


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ({"vulnerabilities": {}, "metadata": {"dependencies": {"total": 40}}}, Answer(Advice.CLEAN, 40)),
        ({"vulnerabilities": {"left-pad": {"severity": "high"}}}, Answer(Advice.FOUND, 0, ("left-pad: high",))),
        ({"message": "405 Method Not Allowed", "statusCode": 405}, Answer(Advice.NOT_ASKED)),
        (None, Answer(Advice.NOT_ASKED)),
    ],
)
def test_npm(report: Any, expected: Answer) -> None:
    assert of_npm(report) == expected


def test_nothing_at_all_was_printed() -> None:
    assert of_python(None).advice is Advice.NOT_ASKED


@pytest.mark.parametrize(
    ("python", "npm", "step", "command"),
    [
        (Advice.CLEAN, Advice.CLEAN, 0, Exit.OK),
        (Advice.CLEAN, Advice.NOT_ASKED, 0, Exit.UNREACHABLE),
        (Advice.NOT_ASKED, Advice.FOUND, 1, Exit.FAILED),
    ],
)
def test_what_is_known_fails_and_what_was_not_asked_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    python: Advice,
    npm: Advice,
    step: int,
    command: Exit,
) -> None:
    answers = {"pip-audit": Answer(python), "npm audit": Answer(npm, 0, ("x: high",) if npm is Advice.FOUND else ())}
    monkeypatch.setattr(advisories, "ask", lambda _: answers)
    note = tmp_path / "advisories.json"
    assert advisories.check(Places(tmp_path), note) == step
    said = json.loads(note.read_text())["against"]
    assert ("proves nothing" in said["npm audit"] or "不能说明" in said["npm audit"]) is (npm is Advice.NOT_ASKED)
    assert advisories.audit(Places(tmp_path)) is command
    assert capsys.readouterr().out.count("x: high") == (2 if npm is Advice.FOUND else 0)
