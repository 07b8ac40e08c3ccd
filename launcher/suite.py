"""What `./care check` and `./care test` run, in which order, and when the whole counts as passed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from launcher import advisories, clock
from launcher.console import check_console, ensure_console
from launcher.exits import Exit
from launcher.places import Places
from launcher.requirements import ensure_test_requirements
from launcher.shell import Beside, Stop, run
from launcher.texts import text

STEP_SECONDS = 1500.0  # a step that hangs is ended and counts as failed; the longest takes 500 on a busy machine
ALONGSIDE = ("unit", "property", "contracts", "architecture")
# Pytest runs, each with its own report: the quick ones first, so that what is cheap to know is known early.
GROUPS: dict[str, tuple[str, ...]] = {
    "quick": tuple(f"tests/{name}" for name in ALONGSIDE),
    "integration": ("tests/integration",),
    "acceptance": ("tests/faults", "tests/acceptance"),  # the longest files first: none must begin last
}
# Tests of programs mostly wait, so three at a time keep two cores busy. A file stays with one worker: its tests share
# what is costly to start.
WORKERS = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
# Of a test that passed nothing is kept.
TIDY = ("-o", "tmp_path_retention_policy=failed")
MEMORY = Path("/dev/shm")  # noqa: S108 - names in it are made by mkdtemp
MEMORY_BYTES = 2 * 1024**3  # free there, or the disk is used; a run takes less than a tenth of it


@dataclass(frozen=True)
class Step:
    """A name for the report, and what is run; it returns an exit code."""

    name: str
    action: Callable[[], int]


@dataclass
class Result:
    """One line of the report."""

    name: str
    code: int
    seconds: float


@dataclass
class Tally:
    """What the pytest runs have counted (tests/conftest.py writes one file per run)."""

    passed: int = 0
    failed: int = 0
    left_for_all: int = 0
    skipped: list[dict[str, Any]] = field(default_factory=list)
    against: dict[str, str] = field(default_factory=dict)

    def add(self, note: dict[str, Any]) -> None:
        self.passed += note["passed"]
        self.failed += note["failed"]
        self.left_for_all += note["left_for_all"]
        self.skipped += note["skipped"]
        self.against |= note.get("against", {})


def check(places: Places) -> Exit:
    """Static checks, unit and property tests, the console's types when its packages are there."""
    steps = [*_static(places), _pytest(places, "tests", ("tests/unit", "tests/property"), ["-q"])]
    if (places.console_source / "node_modules").exists():
        steps.append(Step("console-check", lambda: check_console(places)))
    else:
        print(text("no_console_yet"), flush=True)
    return run_steps(places, steps)


def test(places: Places, everything: bool, arguments: Sequence[str]) -> Exit:
    """All of it; with arguments only pytest with those."""
    places.make()
    ensure_test_requirements(places)
    slow = [] if everything else ["-m", "not slow"]
    if arguments:
        return run_steps(places, [_pytest(places, "chosen", (), [*slow, *arguments])])
    # The acceptance tests mostly wait (for a deadline, for a repeat), so the browser has the cores meanwhile.
    options = ["-q", *TIDY, *slow]
    console = Beside(*_pytest_command(places, "console", ("tests/console",), options), STEP_SECONDS)
    groups = {name: _pytest(places, name, folders, [*options, *WORKERS]) for name, folders in GROUPS.items()}
    steps = [
        *_static(places),
        Step("console-build", lambda: _built(places)),
        Step("console-check", lambda: check_console(places)),
        groups["quick"],
        groups["integration"],
        Step("console-begins", console.begin),
        groups["acceptance"],
        Step("console", console.end),
        Step("advisories", lambda: advisories.check(places, _results(places) / "advisories.json")),
    ]
    return run_steps(places, steps)


def _static(places: Places) -> list[Step]:
    commands = {
        "lint": ("ruff", "check", ".", "care"),
        "format": ("ruff", "format", "--check", ".", "care"),
        "types": ("mypy",),
        "layers": ("lint-imports",),
    }
    return [Step(name, _command(places, command)) for name, command in commands.items()]


def _command(places: Places, command: Sequence[str]) -> Callable[[], int]:
    line = [str(places.bin / command[0]), *command[1:]]
    return lambda: run(line, places.root, seconds=STEP_SECONDS)


def _pytest(places: Places, name: str, folders: Sequence[str], options: Sequence[str]) -> Step:
    line, root, environment = _pytest_command(places, name, folders, options)
    return Step(name, lambda: run(line, root, environment, STEP_SECONDS))


def _pytest_command(
    places: Places, name: str, folders: Sequence[str], options: Sequence[str]
) -> tuple[list[str], Path, dict[str, str]]:
    present = [folder for folder in folders if (places.root / folder).exists()]
    line = [str(places.bin / "python"), "-m", "pytest", *present, *options]
    line += [f"--junitxml={_results(places)}/{name}.xml"]
    return line, places.root, {"CARE_TEST_NOTE": str(_results(places) / f"{name}.json"), **_folders_in_memory()}


def _folders_in_memory() -> dict[str, str]:
    """Databases of tests are made and dropped by the hundred, and outlive a killed program there as on a disk."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES
    return {"TMPDIR": str(MEMORY)} if roomy else {}


def _built(places: Places) -> int:
    ensure_console(places)
    return 0


def _results(places: Places) -> Path:
    return places.root / "test-results"


def run_steps(places: Places, steps: Sequence[Step]) -> Exit:
    """Every step, also after a failure: one run shows all that is wrong."""
    shutil.rmtree(_results(places), ignore_errors=True)
    _results(places).mkdir()
    results = []
    for number, step in enumerate(steps, 1):
        print(text("step_begins", number=number, total=len(steps), name=step.name), flush=True)
        begun = clock.monotonic()
        try:
            code = step.action()
        except Stop as stop:
            print(stop.words, flush=True)
            code = int(stop.code)
        results.append(Result(step.name, code, clock.monotonic() - begun))
        print(_line(results[-1]), flush=True)
    tally = _tally(places)
    _report(results, tally)
    return Exit.OK if all(result.code == 0 for result in results) and not tally.failed else Exit.FAILED


def _line(result: Result) -> str:
    words = text("passed" if result.code == 0 else "failed")
    return text("step_ends", name=result.name, result=words, seconds=round(result.seconds, 1))


def _tally(places: Places) -> Tally:
    tally = Tally()
    for note in sorted(_results(places).glob("*.json")):
        tally.add(json.loads(note.read_text()))
    return tally


def _report(results: Sequence[Result], tally: Tally) -> None:
    """Ends with the one line that machines read, the same in both languages."""
    print("\n" + text("what_ran"))
    for result in results:
        print("  " + _line(result))
    print(text("what_skipped" if tally.skipped else "nothing_skipped"))
    for row in tally.skipped:
        print(f"  {row['id']}: {row['reason']}" + ("" if row["expected"] else f"  ({text('failed')})"))
    for service, what in tally.against.items():
        print(text("tested_against", service=service, what=what))
    if tally.left_for_all:
        print(text("left_for_all", count=tally.left_for_all))
    print(f"{tally.passed} passed, {tally.failed} failed, {len(tally.skipped)} skipped", flush=True)
