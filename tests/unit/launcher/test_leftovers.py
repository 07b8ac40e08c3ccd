"""Only processes that are provably ours are swept up."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from launcher.leftovers import Identity, end_leftovers, identity, leftovers
from tests.harness.clock import wait_until


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "300"])
    yield process
    process.kill()
    process.wait()


def write(record: Path, row: Identity) -> None:
    record.write_text(json.dumps({"children": {"sim": asdict(row)}}))


def known(process: subprocess.Popen[bytes]) -> Identity:
    return wait_until(lambda: identity(process.pid, "sleep 300"), "the process has its command line")


def wait(condition: Callable[[], bool], seconds: float) -> bool:
    wait_until(condition, "the process has ended", seconds)
    return True


def test_our_own_process_is_ended(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    write(tmp_path / "up.json", known(sleeper))
    assert len(end_leftovers(tmp_path / "up.json", wait)) == 1
    assert sleeper.wait(5) == -15


@pytest.mark.parametrize("change", [{"started_ticks": 1}, {"command": "sleep 400"}, {"boot": "another"}])
def test_a_stranger_with_the_same_pid_is_left_alone(
    tmp_path: Path, sleeper: subprocess.Popen[bytes], change: dict[str, object]
) -> None:
    write(tmp_path / "up.json", replace(known(sleeper), **change))  # type: ignore[arg-type]
    assert end_leftovers(tmp_path / "up.json", wait) == []
    assert sleeper.poll() is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"children": []}', '{"children": {"a": 1}}', '{"children": {"a": {}}}']
)
def test_a_record_that_cannot_be_read_names_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "up.json").write_text(text)
    assert leftovers(tmp_path / "up.json") == []


def test_no_record_names_nobody(tmp_path: Path) -> None:
    assert leftovers(tmp_path / "none.json") == []
