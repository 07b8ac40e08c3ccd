"""Passwords by length and by what everybody knows; no rules about kinds of characters."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.breach_list import BreachFiles
from backend.services.identity.actor import StaffRole
from backend.services.identity.password_rules import PasswordFault, PasswordRules
from backend.services.identity.ports import StaffAccount
from tests.harness.identity import COMMON

WHO = StaffAccount("1", "wang.min", "王敏 Wang", StaffRole.OPERATOR, "zh-CN", "x")
RULES = PasswordRules(BreachFiles(COMMON, None), 12)


@pytest.mark.parametrize(
    "password",
    [
        "seven lanterns over the quay",
        "海边的七盏灯照着码头等船来",
        "lowercaseonlywords",
        "correct-horse-battery",
        "8 橘子 & 2 梨 on a tray",
    ],
)
def test_long_ones_are_taken_whatever_they_are_made_of(password: str) -> None:
    assert RULES.fault(password, WHO) is None


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("elevenchars", PasswordFault.TOO_SHORT),
        ("password1234", PasswordFault.TOO_COMMON),
        ("PASSWORD2026!", PasswordFault.TOO_COMMON),
        ("!!!Letmein2026", PasswordFault.TOO_COMMON),
        ("123456789012", PasswordFault.TOO_COMMON),
        ("210987654321", PasswordFault.TOO_COMMON),
        ("abcdefghijklmn", PasswordFault.TOO_COMMON),
        ("aaaaaaaaaaaaaaaa", PasswordFault.TOO_COMMON),
        ("121212121212", PasswordFault.TOO_COMMON),
        ("iloveyou2009", PasswordFault.TOO_COMMON),
        ("I am Wang.Min at the desk", PasswordFault.HAS_NAME),
    ],
)
def test_what_everybody_would_try_is_not(password: str, fault: PasswordFault) -> None:
    assert RULES.fault(password, WHO) is fault


@given(st.text(max_size=11))
def test_nothing_shorter_is_ever_taken(password: str) -> None:
    assert RULES.fault(password, WHO) is PasswordFault.TOO_SHORT


def test_the_shipped_list_is_large_sorted_and_in_lower_case() -> None:
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    assert len(lines) > 10_000
    assert lines == sorted(set(lines))
    assert all(line == line.casefold() for line in lines)


@given(st.sets(st.text(min_size=1, max_size=20), max_size=60), st.text(min_size=1, max_size=20))
def test_every_hash_of_a_sorted_file_is_found_and_no_other(
    tmp_path_factory: pytest.TempPathFactory, known: set[str], other: str
) -> None:
    path: Path = tmp_path_factory.mktemp("hibp") / "hashes.txt"
    hashes = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in known)
    path.write_bytes("".join(f"{one}:{number * 7919}\r\n" for number, one in enumerate(hashes)).encode())
    empty = tmp_path_factory.mktemp("none") / "common.txt"
    empty.write_text("")
    listed = BreachFiles(empty, path)
    assert all(listed.knows(word) for word in known)
    assert listed.knows(other) is (other in known)


def test_a_list_that_is_not_there_is_said_and_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        BreachFiles(tmp_path / "none", None).knows("x")
    with pytest.raises(OSError, match="none"):
        BreachFiles(COMMON, tmp_path / "none").knows("no such line")
