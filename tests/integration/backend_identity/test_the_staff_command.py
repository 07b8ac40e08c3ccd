"""`python -m backend staff …` on the machine: what it prints, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.settings import Settings
from backend.staff import keep_accounts, parser


class Machine:
    """A database of its own, in which there is nobody, and what the command says."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        files = {name: folder / name for name in ("identity_key_file", "seal_key_file", "enrol_key_file")}
        self._settings = Settings(database_url=f"sqlite:///{folder}/care.sqlite", **files)
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, standard output (the last line of it), standard error."""
        code = keep_accounts(self._settings, parser().parse_args(arguments))
        out, err = self._capsys.readouterr()
        return code, (out.strip().splitlines() or [""])[-1], err


@pytest.fixture
def staff(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Machine:
    return Machine(tmp_path, capsys)


def test_an_account_is_made_listed_helped_and_disabled(staff: Machine) -> None:
    code, password, _ = staff("add", "Chen", "--name", "陈晨", "--role", "administrator")
    assert (code, len(password)) == (0, 19)
    code, again, _ = staff("reset-password", "chen")
    assert (code, len(again)) == (0, 19)
    assert again != password
    code, listed, _ = staff("list")
    assert "chen  administrator  *  陈晨" in listed
    assert again not in listed
    code, _, said = staff("disable", "chen")
    assert code == 1
    assert "最后一名" in said
    assert staff("revoke", "chen")[0] == 0
    assert staff("reset-otp", "chen")[0] == 0


def test_what_cannot_be_is_said_in_both_languages(staff: Machine) -> None:
    code, _, said = staff("reset-password", "nobody")
    assert code == 1
    assert "没有这个账号 / no such account" in said
    assert staff("add", "xu", "--name", "x", "--role", "operator", "--organisation", "nowhere")[0] == 1
    with pytest.raises(SystemExit) as usage:
        staff("add", "x", "--name", "x", "--role", "emperor")
    assert usage.value.code == 2
