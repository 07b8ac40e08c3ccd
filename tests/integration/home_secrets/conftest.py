"""A pressed alert at a home with secrets, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from backend.domain.home_secrets.looks import SecretKind
from backend.services.identity.actor import Actor, ActorKind, StaffRole
from tests.harness.answering import DEVICE, Answering
from tests.harness.database import database, database_url

__all__ = ["answering", "database", "database_url"]
TECH = Actor(ActorKind.STAFF, "tech1", "周工", StaffRole.TECHNICIAN)


@pytest.fixture
def answering(database: Engine, tmp_path: Path) -> Answering:
    """Chen can be called out; the door code is 4711#, the key lies under the pot."""
    there = Answering(database, tmp_path)
    there.person("chen", "陈志愿", "+8613800000001")
    kept = there.change_secrets(f"h-{DEVICE}", {SecretKind.DOOR_CODE: "4711#", SecretKind.KEY_PLACE: "花盆下"}, TECH)
    assert kept is not None
    return there
