"""Every setting stands in its file, explained in both languages, with the value that the program would use anyway."""

from __future__ import annotations

import re
import tomllib

import pytest
from pydantic_settings import BaseSettings

from tests.architecture.programs import SETTINGS, settings_class
from tests.architecture.tracked import ROOT

CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH = re.compile("[A-Za-z]{3}")


def keys(model: type[BaseSettings]) -> set[str]:
    return set(model.model_fields)


@pytest.mark.parametrize("program", SETTINGS)
def test_file_and_class_have_the_same_keys(program: str) -> None:
    written = tomllib.loads((ROOT / "config" / SETTINGS[program][2]).read_text(encoding="utf-8"))
    assert set(written) == keys(settings_class(program))


@pytest.mark.parametrize("program", SETTINGS)
def test_every_key_is_explained_in_both_languages(program: str) -> None:
    """A comment holds for the lines under it, up to the next empty line."""
    unexplained = []
    comment = ""
    for line in (ROOT / "config" / SETTINGS[program][2]).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            comment += line
        elif "=" in line:
            if not (CHINESE.search(comment) and ENGLISH.search(comment)):
                unexplained.append(line)
        elif not line:
            comment = ""
    assert unexplained == []


@pytest.mark.parametrize("program", SETTINGS)
def test_the_file_shows_the_defaults(program: str) -> None:
    """A person who deletes a line must not get another behaviour than the one the file had described."""
    model = settings_class(program)
    written = tomllib.loads((ROOT / "config" / SETTINGS[program][2]).read_text(encoding="utf-8"))
    defaults = {name: field.get_default(call_default_factory=True) for name, field in model.model_fields.items()}
    assert {name: value for name, value in written.items() if str(defaults[name]) != str(value)} == {}


@pytest.mark.parametrize("program", SETTINGS)
def test_an_unknown_key_is_refused(program: str) -> None:
    """A typing error in a settings file must not silently leave the default in force."""
    assert settings_class(program).model_config.get("extra") == "forbid"
