"""Builds the console once, starts Chromium with and without permission for sound, and opens a desk for a test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.console.desk_page import DeskPage
from tests.console.real_district import RealDistrict, real_district
from tests.fakes.console_backend import FakeBackend
from tests.harness.ports import free_port

ROOT: Final = Path(__file__).resolve().parents[2]
CONSOLE: Final = ROOT / "console"
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SOUND_ALLOWED: Final = "--autoplay-policy=no-user-gesture-required"
_SOUND_NEEDS_GESTURE: Final = "--autoplay-policy=document-user-activation-required"

expect.set_options(timeout=10_000)  # the machine may be busy; what must be fast is timed by its own test


def npm(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs npm of the environment's own Node in `console/`; the output is shown when it fails."""
    programs = Path(sys.executable).parent
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [programs / "npm", "--silent", *arguments],
        cwd=CONSOLE,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, f"npm {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="session")
def installed() -> None:
    """The console's packages as its lock names them."""
    marker = CONSOLE / "node_modules" / ".package-lock.json"
    lock = CONSOLE / "package-lock.json"
    if not marker.exists() or marker.stat().st_mtime < lock.stat().st_mtime:
        npm("ci")


@pytest.fixture(scope="session")
def console_dir(installed: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console, built."""
    out = tmp_path_factory.mktemp("console")
    npm("run", "build", CARE_CONSOLE_OUT=str(out))
    return out


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Debian's Chromium is."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    return found


@pytest.fixture(scope="session")
def loud(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """A browser in which sound is allowed."""
    browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, SOUND_ALLOWED])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def quiet(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """A browser that wants a key or a click before a page may sound."""
    browser = playwright.chromium.launch(
        executable_path=chromium,
        args=[*FLAGS, _SOUND_NEEDS_GESTURE],
        ignore_default_args=[SOUND_ALLOWED],
    )
    yield browser
    browser.close()


@pytest.fixture
def fake(console_dir: Path) -> Iterator[FakeBackend]:
    """A running backend without any alert."""
    with FakeBackend(console_dir, free_port()) as backend:
        yield backend


@pytest.fixture
def open_desk(fake: FakeBackend) -> Iterator[Callable[..., DeskPage]]:
    """`open_desk(browser)` logs somebody in at a desk of their own; `open_desk(browser, "desk2")` somebody else."""
    desks: list[DeskPage] = []

    def open_one(browser: Browser, username: str = "desk1", locale: str = "zh-CN") -> DeskPage:
        desk = DeskPage(browser, fake.url, locale)
        desks.append(desk)
        desk.log_in(username)
        return desk

    yield open_one
    for desk in desks:
        desk.close()


@pytest.fixture
def desk(open_desk: Callable[..., DeskPage], loud: Browser) -> DeskPage:
    """A desk with somebody at it, live, with sound."""
    return open_desk(loud)


@pytest.fixture(scope="module")
def district(console_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDistrict]:
    """A real backend with homes and a responder on duty, shared by the tests of a file."""
    with real_district(tmp_path_factory.mktemp("district"), console_dir) as found:
        yield found


@pytest.fixture
def operator(district: RealDistrict, loud: Browser) -> Iterator[DeskPage]:
    """A desk of the real backend with an operator at it."""
    desk = district.desk(loud)
    yield desk
    desk.close()
