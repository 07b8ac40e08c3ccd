"""When the console is built again, and that a build that fails leaves the old one in place."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from launcher import console
from launcher.places import Places
from launcher.shell import Stop

NPM = """#!/bin/sh
echo "$*" >> "$CALLS"
case "$*" in
  ci) mkdir -p node_modules ;;
  "run build") [ -e fail ] && exit 1; mkdir -p "$CARE_CONSOLE_OUT" && cp page.txt "$CARE_CONSOLE_OUT/index.html" ;;
esac
"""


class Checkout(Places):
    """A console of one page, an npm that copies it, and a backend that describes nothing."""

    @property
    def bin(self) -> Path:
        return self.root / "bin"

    @property
    def calls(self) -> list[str]:
        log = self.root / "calls"
        found = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return found


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    made = Checkout(tmp_path)
    made.make()
    for name, text in {
        "bin/npm": NPM,
        "console/package.json": "{}",
        "console/package-lock.json": "{}",
        "console/page.txt": "first",
        "backend/__init__.py": "",
        "backend/__main__.py": "print('{}')",
        "contract/__init__.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    npm = tmp_path / "bin/npm"
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    return made


def page(places: Places) -> str:
    return (places.console_built / "index.html").read_text()


def test_the_first_start_builds_and_the_second_does_nothing(checkout: Checkout) -> None:
    assert console.ensure_console(checkout)
    assert checkout.calls == ["ci", "run types", "run build"]
    assert page(checkout) == "first"
    assert not console.ensure_console(checkout)
    assert checkout.calls == []


def test_a_changed_source_is_built_without_fetching_packages_again(checkout: Checkout) -> None:
    console.ensure_console(checkout)
    assert checkout.calls
    (checkout.root / "console/page.txt").write_text("second")
    assert console.ensure_console(checkout)
    assert checkout.calls == ["run types", "run build"]
    assert page(checkout) == "second"


def test_a_changed_api_is_a_reason_to_build(checkout: Checkout) -> None:
    console.ensure_console(checkout)
    (checkout.root / "backend/new_call.py").write_text("")
    assert console.ensure_console(checkout)


def test_a_changed_lock_fetches_packages_again(checkout: Checkout) -> None:
    console.ensure_console(checkout)
    assert checkout.calls
    (checkout.root / "console/package-lock.json").write_text("{} ")
    console.ensure_console(checkout)
    assert checkout.calls[0] == "ci"


def test_a_build_that_fails_says_so_and_leaves_the_old_console(checkout: Checkout) -> None:
    console.ensure_console(checkout)
    (checkout.root / "console/fail").write_text("")
    with pytest.raises(Stop, match="npm run build"):
        console.ensure_console(checkout)
    assert page(checkout) == "first"
    (checkout.root / "console/fail").unlink()
    (checkout.root / "console/page.txt").write_text("third")
    console.ensure_console(checkout)
    assert page(checkout) == "third"


def test_without_its_sources_it_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Stop, match=r"package\.json"):
        console.ensure_console(Places(tmp_path))
