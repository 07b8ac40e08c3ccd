"""Fixtures of the acceptance tests."""

from tests.harness.acceptance import (
    _desks,
    _devices,
    _fleet,
    _shared,
    desk,
    device,
    make_system,
    other_desk,
    pytest_runtest_makereport,
    system,
    terminal,
)

__all__ = [
    "_desks",
    "_devices",
    "_fleet",
    "_shared",
    "desk",
    "device",
    "make_system",
    "other_desk",
    "pytest_runtest_makereport",
    "system",
    "terminal",
]
