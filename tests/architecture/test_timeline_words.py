"""Every kind of timeline entry has words on the desk, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.domain.alert.model import EntryKind


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_step_of_a_timeline_has_words(language: str) -> None:
    texts = Path(f"console/src/i18n/{language}.ts").read_text(encoding="utf-8")
    assert [kind for kind in EntryKind if f"'timeline.{kind}'" not in texts] == []
