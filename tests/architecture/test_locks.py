"""Every dependency is pinned with its hash, and no lock names an address."""

from __future__ import annotations

import json
import re

import pytest

from tests.architecture.tracked import ROOT

LOCKS = ["requirements-bootstrap.lock", "requirements.lock", "requirements-dev.lock"]
NAMED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^]]*\])?==(\S+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(NAMED.findall((ROOT / name).read_text()))


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_with_hashes(name: str) -> None:
    text = (ROOT / name).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) == len(pins(name)) > 0
    assert [line for line in lines if "--hash=sha256:" not in line] == []
    assert "://" not in text


def test_the_developers_lock_holds_the_same_versions_as_the_runtime_one() -> None:
    """Else `./care up` would run what no test has seen."""
    runtime, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: version for name, version in runtime.items() if dev.get(name) != version} == {}


def test_the_consoles_lock_has_integrity_and_no_address() -> None:
    packages = json.loads((ROOT / "console/package-lock.json").read_text())["packages"]
    fetched = {name: row for name, row in packages.items() if name and not row.get("link")}
    assert [name for name, row in fetched.items() if not row.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, row in fetched.items() if "resolved" in row] == []
