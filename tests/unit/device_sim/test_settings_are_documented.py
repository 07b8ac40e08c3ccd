"""Every key of the settings stands in its file, with its default, explained in both languages."""

from __future__ import annotations

import re
import tomllib

import pytest

from device_sim.settings import Settings, as_toml
from tests.harness.child import ROOT

FILE = ROOT / "config" / "sim.toml"


def test_the_file_and_the_settings_have_the_same_keys_and_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARE_CONFIG_DIR", str(ROOT / "nowhere"))
    assert tomllib.loads(FILE.read_text()) == tomllib.loads(as_toml(Settings()))


def test_every_key_is_explained_in_both_languages() -> None:
    for block in FILE.read_text().split("\n\n")[1:]:
        zh, en = (line for line in block.splitlines() if line.startswith("#"))
        assert re.search(r"[\u4e00-\u9fff]", zh), block
        assert not re.search(r"[\u4e00-\u9fff]", en), block


def test_the_environment_overrides_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARE_SIM_TERMINALS", "3")
    assert Settings().terminals == 3
