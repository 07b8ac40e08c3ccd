"""Flux is sent as it stands in `queries`; values go beside it. The one text with names in it is a task's preamble."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from backend.adapters.telemetry import influx
from backend.adapters.telemetry.influx import queries
from backend.adapters.telemetry.influx.setup import Buckets
from backend.settings import Settings

FOLDER = Path(influx.__path__[0])
TREES = {path.name: ast.parse(path.read_text()) for path in sorted(FOLDER.glob("*.py"))}
TEXTS = {name for name in vars(queries) if name.isupper() and not name.startswith("_")}
FORMATS = (ast.JoinedStr, ast.FormattedValue)
FLUX = re.compile(r"\|>|\bfrom\s*\(|\byield\s*\(|r\._")


def nodes(name: str) -> list[ast.AST]:
    return list(ast.walk(TREES[name]))


def test_the_texts_are_constants() -> None:
    assert not [node for node in nodes("queries.py") if isinstance(node, (*FORMATS, ast.Call, ast.Mod))]


@pytest.mark.parametrize("name", [name for name in TREES if name != "queries.py"])
def test_no_flux_stands_anywhere_else(name: str) -> None:
    documentation = {id(node.value) for node in nodes(name) if isinstance(node, ast.Expr)}
    strings = [node for node in nodes(name) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert [node.value for node in strings if id(node) not in documentation and FLUX.search(node.value)] == []


@pytest.mark.parametrize("name", [name for name in TREES if name not in ("queries.py", "setup.py")])
def test_no_text_of_a_query_is_put_together(name: str) -> None:
    """Where a text is used, it is used whole: never an operand, never in a format, never a method called on it."""
    used = [node for node in nodes(name) for child in ast.iter_child_nodes(node) if _name(child) in TEXTS]
    assert all(isinstance(node, ast.Call) for node in used), [ast.unparse(node) for node in used]


def _name(node: ast.AST) -> str | None:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else None


@pytest.mark.parametrize("prefix", ['x"', "x y", "x\n", "x\\", "", "1x"])
def test_the_names_in_a_tasks_preamble_cannot_break_out(prefix: str) -> None:
    """They are `prefix-raw` and the like; the setting allows letters, digits and `-` only."""
    rules = [getattr(rule, "pattern", None) for rule in Settings.model_fields["influx_bucket_prefix"].metadata]
    (rule,) = filter(None, rules)
    assert not re.fullmatch(rule, prefix)
    assert Buckets.of("care") == Buckets("care-raw", "care-1m", "care-1h")
