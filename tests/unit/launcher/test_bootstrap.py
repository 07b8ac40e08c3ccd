"""The start script: when it has nothing to do, when it installs, and that two of them do not disturb each other."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def care(tmp_path: Path) -> Iterator[ModuleType]:
    """`./care` as a module, on a checkout in a temporary folder whose packages nobody downloads."""
    loader = SourceFileLoader("care_script", str(ROOT / "care"))
    spec = importlib.util.spec_from_loader("care_script", loader)
    assert spec is not None
    script = importlib.util.module_from_spec(spec)
    loader.exec_module(script)
    for name in ("requirements-bootstrap.lock", "requirements.lock", "requirements-dev.lock"):
        (tmp_path / name).write_text(name)
    script.ROOT, script.VENV = tmp_path, tmp_path / ".venv"
    script.PYTHON, script.STAMP = script.VENV / "bin/python", script.VENV / "care-stamp"
    script.LOCK = tmp_path / "var/run/setup.lock"
    return script


class Steps:
    """Stands for the commands of an installation; the first `fails` of them fail, as when the network is away."""

    def __init__(self, care: ModuleType, fails: int = 0) -> None:
        self.named: list[str] = []
        self._care = care
        self._fails = fails

    def run(self, what: str, command: list[str]) -> None:
        self.named.append(what)
        if len(self.named) <= self._fails:
            raise SystemExit(3)
        self._care.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        self._care.PYTHON.touch()


def use(care: ModuleType, steps: Steps) -> Steps:
    care.run, care.venv_works = steps.run, care.PYTHON.exists
    return steps


def test_a_second_start_has_nothing_to_do(care: ModuleType) -> None:
    assert not care.is_ready("runtime")
    use(care, Steps(care))
    care.ensure_installed("runtime")
    assert care.is_ready("runtime")


def test_what_serves_the_tests_serves_the_programs_too_but_not_the_reverse(care: ModuleType) -> None:
    use(care, Steps(care))
    care.ensure_installed("runtime")
    assert not care.is_ready("dev")
    care.ensure_installed("dev")
    assert care.is_ready("dev")
    assert care.is_ready("runtime")


def test_a_changed_lock_is_installed_and_a_developer_keeps_the_test_tools(care: ModuleType) -> None:
    use(care, Steps(care))
    care.ensure_installed("dev")
    (care.ROOT / "requirements.lock").write_text("changed")
    assert not care.is_ready("runtime")
    care.ensure_installed("runtime")
    assert care.is_ready("dev")


def test_an_interrupted_installation_is_repaired_by_the_next_start(care: ModuleType) -> None:
    use(care, Steps(care))
    care.ensure_installed("runtime")
    (care.ROOT / "requirements.lock").write_text("changed")
    use(care, Steps(care, fails=1))
    with pytest.raises(SystemExit):
        care.ensure_installed("runtime")
    assert not care.is_ready("runtime")
    steps = use(care, Steps(care))
    care.ensure_installed("runtime")
    assert care.is_ready("runtime")
    assert steps.named == ["pip install uv", "uv pip sync"]


def test_a_broken_interpreter_is_made_anew(care: ModuleType) -> None:
    steps = use(care, Steps(care))
    care.ensure_installed("runtime")
    assert steps.named == ["python -m venv", "pip install uv", "uv pip sync"]


def test_two_at_once_install_once(care: ModuleType) -> None:
    steps = use(care, Steps(care))
    threads = [threading.Thread(target=care.ensure_installed, args=("runtime",), name=f"start-{n}") for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert steps.named.count("uv pip sync") == 1
    assert care.is_ready("runtime")


def test_everything_is_checked_by_hash(care: ModuleType) -> None:
    commands: list[list[str]] = []
    care.run = lambda what, command: commands.append(command)
    care.venv_works = lambda: True
    care.VENV.mkdir()
    care.install("runtime")
    assert ["--require-hashes" in command for command in commands] == [True, True]
