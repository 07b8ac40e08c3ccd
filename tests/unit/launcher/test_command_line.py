"""The command line itself: help everywhere, exit codes, completion, both languages, nothing decorated in a pipe."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.catalogue import CATALOGUE
from launcher.exits import Exit
from launcher.texts import language

ROOT = Path(__file__).resolve().parents[3]
COMMANDS = (
    "up",
    "device add",
    "device import",
    "telemetry migrate",
    "check",
    "test",
    "doctor",
    "audit",
    "sbom",
    "backup",
    "restore",
    "settings",
    "console",
    "init",
    "completion",
)


def care(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "launcher", *arguments],
        cwd=ROOT,
        env={**os.environ, "CARE_LANG": "en", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_in_plain_lines(command: str) -> None:
    shown = care(*command.split(), "--help")
    assert shown.returncode == 0
    assert "Usage: care" in shown.stdout
    assert not re.search("[\x1b─│╭]", shown.stdout)


def test_help_names_every_exit_code() -> None:
    shown = care("--help").stdout
    assert {int(code) for code in re.findall(r"\b(\d+) [a-z]", shown)} >= {int(code) for code in Exit}


def test_help_is_in_chinese_for_who_wants_it() -> None:
    assert "养老一键呼叫平台" in care("--help", CARE_LANG="zh_CN.UTF-8").stdout


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "CARE_LANG": "zh-CN"}, "zh-CN"),
    ],
)
def test_the_language_is_that_of_the_shell_unless_said(environment: dict[str, str], expected: str) -> None:
    assert language(environment) == expected


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (("nonsense",), {}),
        (("up", "--http-port", "99999"), {}),
        (("device", "add", "--lobby", "--home", "h1"), {}),
        (("settings",), {"CARE_LAUNCHER_HTTP_PORT": "many"}),
        (("completion", "powershell"), {}),
    ],
)
def test_wrong_usage_is_exit_code_two(arguments: tuple[str, ...], environment: dict[str, str]) -> None:
    refused = care(*arguments, **environment)
    assert refused.returncode == Exit.USAGE
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_ask_the_program(shell: str) -> None:
    assert "_CARE_COMPLETE" in care("completion", shell).stdout


def test_completion_completes_a_command() -> None:
    asked = care(_CARE_COMPLETE="complete_bash", COMP_WORDS="./care dev", COMP_CWORD="1")
    assert asked.stdout.split() == ["device"]


def test_every_text_is_said_somewhere_in_both_languages() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "launcher").glob("*.py") if path.name != "catalogue.py")
    indirect = re.compile(r"finding_|advice_|_wrong$")
    unused = [key for key in CATALOGUE if f'"{key}"' not in sources and not indirect.search(key)]
    assert unused == []
    assert [key for key, (zh, en) in CATALOGUE.items() if set(fields(zh)) != set(fields(en))] == []


def fields(words: str) -> list[str]:
    return re.findall(r"{(\w+)", words)
