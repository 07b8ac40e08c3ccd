"""`python -m backend secrets rotate`: a new key for what is kept; where one code opens with none, no key is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from backend.adapters.db.home_secrets import home_secrets
from backend.rotation import RotationExit, rotate_secrets
from backend.settings import Settings
from tests.harness.answering import Answering


def call(database_url: str, folder: Path, verb: str = "rotate") -> RotationExit:
    return rotate_secrets(Settings(database_url=database_url, seal_key_file=folder / "seal.key"), verb)


def keys(folder: Path) -> list[str]:
    return (folder / "seal.key").read_text().split()


def test_one_key_takes_the_place_of_the_other(answering: Answering, database_url: str, tmp_path: Path) -> None:
    (old,) = keys(tmp_path)
    assert call(database_url, tmp_path) is RotationExit.DONE
    (new,) = keys(tmp_path)
    assert new != old


def test_an_unreadable_code_keeps_the_old_keys(
    answering: Answering, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answering.write(home_secrets.update().where(home_secrets.c.kind == "door_code").values(sealed=b"\x01nonsense"))
    assert call(database_url, tmp_path) is RotationExit.UNREADABLE
    assert "open with no key" in capsys.readouterr().err
    assert len(keys(tmp_path)) == 2


def test_wrong_usage(database: Engine, database_url: str, tmp_path: Path) -> None:
    assert call(database_url, tmp_path, "forget") is RotationExit.USAGE
    assert not (tmp_path / "seal.key").exists()
