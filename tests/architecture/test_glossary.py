"""The glossary has one meaning for each word of the house, and the code does not use the words that it gave up."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from contract.vocabulary import Handling, Severity, Stage

ROOT = Path(__file__).parents[2]
PROGRAMS = ("contract", "gateway", "backend", "device_sim", "launcher")
HOUSE = {
    "device", "terminal", "sensor", "resident", "home", "centre", "operator", "responder", "reading", "event",
    "alert", "step", "notice", "attempt", "acceptance", "outcome",
}  # fmt: skip
GIVEN_UP = ("incident", "patient", "dwelling", "gadget", "relative", "disposition", "dispatcher", "testament")
"""Words of the last column that have no other use in this code."""


def _rows() -> list[tuple[str, str, str, str]]:
    lines = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return [(row[0], row[1], row[2], row[3]) for row in rows[2:]]


def test_every_word_of_the_house_has_one_meaning() -> None:
    terms = Counter(term for term, *_ in _rows())
    assert terms.keys() >= HOUSE
    assert set(terms.values()) == {1}


def test_no_word_is_a_term_and_given_up() -> None:
    terms = {term for term, *_ in _rows()}
    given_up = [word for *_, word in _rows()]
    assert not terms & set(given_up)
    assert len(given_up) == len(set(given_up))
    assert set(GIVEN_UP) <= set(given_up)


def test_every_term_has_a_chinese_word_of_its_own_and_a_meaning() -> None:
    chinese = Counter(zh for _, zh, *_ in _rows())
    assert set(chinese.values()) == {1}
    for term, zh, meaning, given_up in _rows():
        assert re.search("[\u4e00-\u9fff]", zh), term
        assert meaning.endswith("."), term
        assert given_up, term


@pytest.mark.parametrize("codes", [Severity, Handling, Stage])
def test_the_axes_are_terms(codes: type[Severity | Handling | Stage]) -> None:
    row = next(row for row in _rows() if row[0] == codes.__name__.lower())
    assert str(next(iter(codes))) in row[2]


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_class_or_function_bears_a_word_that_was_given_up(program: str) -> None:
    pattern = re.compile("|".join(GIVEN_UP), re.IGNORECASE)
    found = []
    for path in (ROOT / program).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
            if isinstance(node, named) and pattern.search(node.name):
                found.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert not found
