"""The table of attacks in the manual names every kind that is counted, and tests that exist."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from backend.services.alarm.oddities import Odd

ROOT = Path(__file__).parents[2]


def rows() -> list[list[str]]:
    page = (ROOT / "docs" / "manual" / "press_accounting.md").read_text(encoding="utf-8")
    table = page.split("| attack 攻击")[1].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in table if line.startswith("| ")]


@cache
def _functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_row_has_attack_outcome_counter_and_test() -> None:
    assert len(rows()) >= 20
    assert {len(row) for row in rows()} == {4}


@pytest.mark.parametrize("named", sorted({row[3].strip("`") for row in rows()}))
def test_the_test_that_a_row_names_exists(named: str) -> None:
    path, _, function = named.partition("::")
    assert function in _functions(path)


def test_each_kind_that_is_counted_has_its_row() -> None:
    counted = {row[2].strip("`") for row in rows() if row[2].startswith("`")}
    assert counted == set(Odd)
