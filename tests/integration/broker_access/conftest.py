"""One broker with the plug-in for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.controlled_broker import Controlled


@pytest.fixture
def controlled(tmp_path: Path) -> Iterator[Controlled]:
    site = Controlled(tmp_path / "site")
    site.platform.publish()  # the broker is not there yet: the file is
    with site.broker:
        site.platform.look()
        yield site
