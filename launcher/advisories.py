"""Known weaknesses of what is installed (`pip-audit`, `npm audit`), and whether anybody could be asked at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from launcher.console import node_environment
from launcher.exits import Exit
from launcher.places import Places
from launcher.texts import text

SECONDS = 120.0


class Advice(StrEnum):
    """How it came out. `NOT_ASKED` is not good news: pip-audit ends with 0 also when its service knows nothing."""

    CLEAN = "clean"
    FOUND = "found"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class Answer:
    """Of one registry: how many packages were judged, and what was found (`package version: advisory`)."""

    advice: Advice
    judged: int = 0
    found: tuple[str, ...] = ()


def of_python(report: Any) -> Answer:
    """From `pip-audit --format json`."""
    rows = report.get("dependencies", []) if isinstance(report, dict) else []
    judged = [row for row in rows if "skip_reason" not in row]
    found = tuple(f"{row['name']} {row['version']}: {flaw['id']}" for row in judged for flaw in row["vulns"])
    if found:
        return Answer(Advice.FOUND, len(judged), found)
    return Answer(Advice.CLEAN if rows and len(judged) == len(rows) else Advice.NOT_ASKED, len(judged))


def of_npm(report: Any) -> Answer:
    """From `npm audit --json`."""
    if not isinstance(report, dict) or not isinstance(report.get("vulnerabilities"), dict):
        return Answer(Advice.NOT_ASKED)
    judged = int(report.get("metadata", {}).get("dependencies", {}).get("total", 0))
    found = tuple(f"{name}: {row['severity']}" for name, row in sorted(report["vulnerabilities"].items()))
    return Answer(Advice.FOUND if found else Advice.CLEAN, judged, found)


def ask(places: Places) -> dict[str, Answer]:
    """Both registries, about what users run; Python's tools of development too."""
    pip = [str(places.bin / "pip-audit"), "-r", "requirements-dev.lock", "--require-hashes", "--disable-pip"]
    npm = [str(places.bin / "npm"), "audit", "--json", "--omit=dev"]
    return {
        "pip-audit": of_python(_json([*pip, "--progress-spinner", "off", "-f", "json"], places.root, {})),
        "npm audit": of_npm(_json(npm, places.console_source, node_environment(places))),
    }


def audit(places: Places) -> Exit:
    """`./care audit`: 0 nothing known, 1 something is, 5 could not be asked."""
    answers = ask(places)
    for name, answer in answers.items():
        print(words_of(name, answer))
    advices = {answer.advice for answer in answers.values()}
    if Advice.FOUND in advices:
        return Exit.FAILED
    return Exit.UNREACHABLE if Advice.NOT_ASKED in advices else Exit.OK


def check(places: Places, note: Path) -> int:
    """As a step of the tests: fails on what is known; that nobody could be asked is written down, for the report."""
    answers = ask(places)
    said = {name: words_of(name, answer).splitlines()[0] for name, answer in answers.items()}
    note.write_text(json.dumps({"passed": 0, "failed": 0, "left_for_all": 0, "skipped": [], "against": said}))
    for name, answer in answers.items():
        print(words_of(name, answer), flush=True)
    return int(any(answer.advice is Advice.FOUND for answer in answers.values()))


def words_of(name: str, answer: Answer) -> str:
    """For a person; one line, and one for each finding."""
    lines = [text(f"advice_{answer.advice}", name=name, judged=answer.judged, found=len(answer.found))]
    return "\n".join([*lines, *(f"  {row}" for row in answer.found)])


def sbom(places: Places, folder: Path) -> Exit:
    """`./care sbom`: what is in the product, as CycloneDX: one file for Python, one for the console."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {
        "python.cdx.json": (
            [str(places.bin / "cyclonedx-py"), "requirements", "requirements.lock", "--of", "JSON"],
            places.root,
        ),
        "console.cdx.json": (
            [str(places.bin / "npm"), "sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--omit", "dev"],
            places.console_source,
        ),
    }
    for name, (command, where) in made.items():
        found = _json(command, where, node_environment(places))
        if not isinstance(found, dict) or not found.get("components"):
            print(text("sbom_failed", name=name), file=sys.stderr)
            return Exit.FAILED
        (folder / name).write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
        print(text("sbom_made", path=folder / name, count=len(found["components"])))
    return Exit.OK


def _json(command: list[str], folder: Path, environment: Mapping[str, str]) -> Any:
    """What it printed, whatever its exit code; None where that is not JSON, or it did not end in time."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        return json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
