"""schemathesis over the whole description, as each role: no fault of ours, no undocumented status, no foreign name."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import status_code_conformance

from backend.domain.access.roles import StaffRole
from tests.harness.backend import Platform
from tests.harness.two_towns import HERE, MARK, cookie_of

EXAMPLES = 6
LEFT_OUT = {"/api/v1/stream"}
"""Endless."""
OWN = "/api/v1/session"
"""What changes the log-in by which the test goes on is not tried by chance."""
AS_FUZZED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.generate],
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize(
    ("role", "town"), [(StaffRole.ADMINISTRATOR, ""), *((role, HERE) for role in StaffRole)], ids=str
)
def test_no_fault_no_undocumented_status_and_no_foreign_name(platform: Platform, role: StaffRole, town: str) -> None:
    headers = cookie_of(role, town)
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", platform.backend.api, headers=headers)
    # Nothing is foreign to the district.
    foreign = MARK.encode() if town else b""
    wrong: list[str] = []
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path not in LEFT_OUT and not (operation.path.startswith(OWN) and operation.method != "get"):
            tried += 1
            wrong += fuzzed(operation, headers, foreign)
    assert tried > 150
    assert not wrong, "\n".join(sorted(set(wrong)))


def fuzzed(operation: Any, headers: dict[str, str], foreign: bytes) -> list[str]:
    """What was wrong with the answers of one operation."""
    wrong: list[str] = []

    @seed(29)
    @AS_FUZZED
    @given(case=operation.as_strategy())
    def fuzz(case: Any) -> None:
        answer = case.call(headers=headers)
        said = f"{operation.method} {operation.path}: {answer.status_code} {answer.content[:160]!r}"
        if answer.status_code >= 500 or (foreign and foreign in answer.content):
            wrong.append(said)
            return
        try:
            case.validate_response(answer, checks=[status_code_conformance])
        except FailureGroup as group:
            wrong.append(f"{said}: {group.exceptions[0]}")

    fuzz()
    return wrong
