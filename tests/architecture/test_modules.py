"""Every module says what it decides, folders are nouns of the domain, and no program imports the launcher."""

from __future__ import annotations

import ast

from tests.architecture.tracked import PROGRAMS, ROOT, tracked

BANNED_NAMES = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "service"}
MODULES = [path for path in tracked() if path.suffix == ".py"]
OURS = [path for path in MODULES if path.relative_to(ROOT).parts[0] in (*PROGRAMS, "tests", "bench")]


def test_every_module_says_what_it_decides() -> None:
    silent = [path.relative_to(ROOT) for path in OURS if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = [path.relative_to(ROOT) for path in OURS]
    assert [path for path in named if BANNED_NAMES & {*path.parts[:-1], path.stem}] == []


def test_the_launcher_starts_programs_and_none_of_them_knows_it() -> None:
    knowing = [
        path.relative_to(ROOT)
        for path in OURS
        if path.relative_to(ROOT).parts[0] in set(PROGRAMS) - {"launcher"} and "launcher" in _imports(path.read_text())
    ]
    assert knowing == []


def test_one_clock_file_per_program() -> None:
    """Ruff bans the wall clock elsewhere; the exceptions to that ban are exactly these files."""
    clocks = [str(path.relative_to(ROOT)) for path in OURS if path.name == "clock.py"]
    assert sorted(clocks) == sorted(
        [
            "backend/adapters/clock.py",
            "device_sim/adapters/clock.py",
            "gateway/adapters/clock.py",
            "launcher/clock.py",
            "tests/harness/clock.py",
        ]
    )


def _imports(source: str) -> set[str]:
    """Top-level packages that a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found
