"""Fixtures of the fault tests."""

from tests.harness.acceptance import make_system, pytest_runtest_makereport

__all__ = ["make_system", "pytest_runtest_makereport"]
