"""Commands and links in the README are real."""

from __future__ import annotations

import re
import shlex

import pytest
import typer.main

from launcher.__main__ import app
from tests.architecture.tracked import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted({found.strip() for found in re.findall(r"(?:^ {4}|`)(\./care [^`|#>\n]+)", README, re.MULTILINE)})
PASSED_ON = ("gateway", "backend", "sim")  # their arguments belong to another program's parser


@pytest.mark.parametrize("line", COMMANDS)
def test_every_care_command_parses(line: str) -> None:
    group = typer.main.get_command(app)
    arguments = shlex.split(line)[1:]
    context = group.make_context("care", arguments)
    _, command, rest = group.resolve_command(context, arguments)  # type: ignore[attr-defined]
    while hasattr(command, "resolve_command"):
        inner = command.make_context(command.name, list(rest), parent=context)
        _, command, rest = command.resolve_command(inner, rest)
    if "--help" not in rest and command.name not in PASSED_ON:
        command.make_context(command.name, list(rest), parent=context)


def test_the_two_commands_stand_there() -> None:
    assert {"./care up", "./care test"} <= set(COMMANDS)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_link_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


def test_the_simulators_press_is_a_command_of_its_own_parser() -> None:
    from device_sim.command_line import cli

    group = typer.main.get_command(cli)
    names = {name for line in COMMANDS if line.startswith("./care sim ") for name in [line.split()[2]]}
    assert names <= set(group.list_commands(group.make_context("sim", ["list"])))  # type: ignore[attr-defined]
    assert names
