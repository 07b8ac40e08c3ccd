"""However many log in at once, four hashes run, the others wait, and whoever waits too long is told so."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pwdlib import PasswordHash

from backend.adapters import passwords
from backend.adapters.passwords import AT_ONCE, Argon2Passwords
from backend.services.identity.ports import PasswordsBusy
from tests.harness.clock import wait_until


class GatedHasher:
    """Hashes nothing, counts who is inside, and lets nobody out before the gate is open."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.inside = 0
        self.most = 0
        self._lock = threading.Lock()

    @classmethod
    def identify(cls, hash: str | bytes) -> bool:
        return True

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.gate.wait(30)
        with self._lock:
            self.inside -= 1
        return "hashed"

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:
        return True

    def check_needs_rehash(self, hash: str | bytes) -> bool:
        return False


def test_four_run_and_the_rest_wait() -> None:
    hasher = GatedHasher()
    checked = Argon2Passwords(PasswordHash((hasher,)))
    with ThreadPoolExecutor(12) as threads:
        waiting = [threads.submit(checked.hash, "x") for _ in range(12)]
        wait_until(lambda: hasher.inside == AT_ONCE, "four are inside")
        hasher.gate.set()
        assert [one.result() for one in waiting] == ["hashed"] * 12
    assert hasher.most == AT_ONCE == 4


def test_whoever_waits_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.01)
    hasher = GatedHasher()
    checked = Argon2Passwords(PasswordHash((hasher,)))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        running = [threads.submit(checked.hash, "x") for _ in range(AT_ONCE)]
        wait_until(lambda: hasher.inside == AT_ONCE, "four are inside")
        with pytest.raises(PasswordsBusy):
            checked.verify("x", "hashed")
        hasher.gate.set()
        assert all(one.result() for one in running)


def test_argon2_tells_right_from_wrong_and_reads_nothing_else() -> None:
    checked = Argon2Passwords()
    kept = checked.hash("right")
    assert kept.startswith("$argon2id$")
    assert checked.verify("right", kept)
    assert not checked.verify("wrong", kept)
    assert not checked.verify("right", "right")
    checked.verify_nobody("anything")
