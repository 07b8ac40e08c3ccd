"""What the threat model names as a test is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_test_that_the_threat_model_names_is_there() -> None:
    page = (ROOT / "docs" / "security" / "threat_model.md").read_text()
    named = re.findall(r"`(tests/[^`]+)`", page)
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []
    lines = [line for line in page.splitlines() if line.startswith("| ") and "`tests/" in line]
    assert len(lines) == len(named), "each threat has one test"
