"""Counts what ran and what was skipped, for `./care test`; there an unexpected skip fails the run.

Where several workers run the tests (pytest-xdist), each report comes to the process that began them as well, and that
one counts; what only a worker knows, it hands over when it ends.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.expected_skips import expected_reason

# How long an example takes says how busy the machine is, and a test must not fail by that.
settings.register_profile("care", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("care")
NOTE = os.environ.get("CARE_TEST_NOTE", "")


class Account:
    """What happened to each test of this run, and to files that could not be collected."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0
        self.left_for_all = 0
        self.against: dict[str, str] = {}
        self.skipped: list[dict[str, object]] = []

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped:
            self._note_skip(report)
        elif report.failed:
            self.failed += 1
        elif isinstance(report, pytest.TestReport) and report.when == "call":
            self.passed += 1

    def _note_skip(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        """An expected failure (xfail) counts as a skip too: it is a test that proves nothing."""
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else getattr(report, "wasxfail", "")
        expected = expected_reason(report.nodeid)
        self.skipped.append({"id": report.nodeid, "reason": expected or reason, "expected": expected is not None})

    @property
    def unexpected(self) -> list[dict[str, object]]:
        return [row for row in self.skipped if not row["expected"]]


ACCOUNT = Account()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    ACCOUNT.note(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if not report.passed:
        ACCOUNT.note(report)


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Those left out for their length; what a person left out by `-k` is known to that person."""
    ACCOUNT.left_for_all += sum(item.get_closest_marker("slow") is not None for item in items)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Under `./care test` (it names a file for the note) a skip that the table does not allow fails the run."""
    ACCOUNT.against |= _against()
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput |= {"left_for_all": ACCOUNT.left_for_all, "against": ACCOUNT.against}
        yield
        return
    if NOTE and ACCOUNT.unexpected and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    yield
    if NOTE:
        counted = {"passed": ACCOUNT.passed, "failed": ACCOUNT.failed, "left_for_all": ACCOUNT.left_for_all}
        Path(NOTE).write_text(json.dumps({**counted, "against": ACCOUNT.against, "skipped": ACCOUNT.skipped}, indent=2))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended. Each of them has left out the same tests; one that crashed hands nothing over."""
    told = getattr(node, "workeroutput", {})
    ACCOUNT.left_for_all = max(ACCOUNT.left_for_all, told.get("left_for_all", 0))
    ACCOUNT.against |= told.get("against", {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for service, what in ACCOUNT.against.items():
        terminalreporter.write_line(f"{service}, tested against: {what}")


def _against() -> dict[str, str]:
    """Servers that tests met, by name. Only where one was asked for: to import it here would be to ask in every run."""
    return dict(getattr(sys.modules.get("tests.harness.influx"), "USED", {}))
