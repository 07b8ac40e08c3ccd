"""The manual says what the programs do: the diagram, the keys, the components, the checks, the commands."""

from __future__ import annotations

import re
from pathlib import Path

from backend.domain.alert.lifecycle import REQUEUE_AFTER, TRANSITIONS
from backend.services.health import readiness
from contract.vocabulary import HANDLING_LABELS, Handling
from gateway.core.health import DOWN, Trouble
from launcher.children import programs
from launcher.places import here
from launcher.settings import LauncherSettings

ROOT = Path(__file__).parents[2]


def _page(name: str) -> str:
    return (ROOT / "docs" / "manual" / name).read_text(encoding="utf-8")


def _first_cells(page: str) -> set[str]:
    return {line.split(" | ")[0].removeprefix("| ") for line in page.splitlines() if line.startswith("| ")}


def diagram() -> str:
    """The transition table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {Handling.NEW}"]
    lines += [f"    {before} --> {after}: {verb}" for (before, verb), after in TRANSITIONS.items()]
    lines += [f"    {Handling.CLOSED} --> [*]"]
    lines += [f"    {handling}: {label.zh} {label.en}" for handling, label in HANDLING_LABELS.items()]
    return "\n".join(lines)


def test_the_state_diagram_is_the_transition_table() -> None:
    drawn = re.search(r"```mermaid\n(.*?)\n?```", _page("states.md"), re.DOTALL)
    assert drawn is not None
    assert drawn.group(1) == diagram()


def test_the_time_to_react_is_the_one_in_force() -> None:
    seconds = f"{REQUEUE_AFTER.total_seconds():.0f}"
    for page in (_page("states.md"), _page("operator.md")):
        assert f"for {seconds} s" in page
        assert f"{seconds} 秒" in page


def test_the_keys_are_those_of_the_desk() -> None:
    table = (ROOT / "console" / "src" / "keys" / "table.ts").read_text(encoding="utf-8")
    shown = set(re.findall(r"shown: '([^']+)'", table))
    keys = _page("operator.md").split("## Keys")[1]
    assert shown == _first_cells(keys) - {"key 键", "---"}


def test_the_components_are_the_programs_that_are_started() -> None:
    settings = LauncherSettings(simulator=True)
    started = {"broker"} | {child.name for child in programs(here(), settings)}
    section = _page("operations.md").split("## Programs and ports")[1].split("`/healthz`")[0]
    assert {f"`{name}`" for name in started} == _first_cells(section) - {"component 部件", "---"}


def test_the_checks_are_those_of_readiness() -> None:
    source = Path(readiness.__file__).read_text(encoding="utf-8")
    codes = set(re.findall(r'(?:Check\(|_within\()"(\w+)"', source))
    section = _page("operations.md").split("`/readyz`")[1].split("## What a gateway")[0]
    assert {f"`{code}`" for code in codes} == _first_cells(section) - {"check", "---"}


def test_the_troubles_are_those_of_the_gateway() -> None:
    section = _page("operations.md").split("## What a gateway lane complains of")[1].split("## Settings")[0]
    named = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
    assert named == list(Trouble)
    assert set(named[: len(DOWN)]) == DOWN


def test_the_ports_are_the_defaults() -> None:
    page = _page("operations.md")
    for name, field in LauncherSettings.model_fields.items():
        if name.endswith("_port"):
            assert re.search(rf"\| {field.default}\b", page), name


def test_the_files_that_are_named_exist() -> None:
    for name in ("states.md", "operations.md", "technician.md", "operator.md"):
        page = _page(name)
        for target in re.findall(r"\]\(([^)#]+)", page):
            assert (ROOT / "docs" / "manual" / target).exists(), target
        for path in re.findall(r"`((?:config|backend)/[\w./-]+)`", page):
            assert (ROOT / path).exists(), path
