"""TOTP against the test vectors of RFC 6238, appendix B (SHA-1; the last six of their eight digits)."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from backend.adapters.one_time_codes import Totp

SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_each_vector_belongs_to_its_step(seconds: int, code: str) -> None:
    codes, step = Totp(), seconds // 30
    assert codes.step_of(SECRET, code[2:], datetime.fromtimestamp(seconds, UTC)) == step
    for away in (-2, 2) if step > 2 else (2,):
        assert codes.step_of(SECRET, code[2:], datetime.fromtimestamp((step + away) * 30, UTC)) is None
    for near in (-1, 1) if step > 1 else (1,):
        assert codes.step_of(SECRET, code[2:], datetime.fromtimestamp((step + near) * 30, UTC)) == step


def test_a_secret_has_160_bits_and_more_and_is_never_the_same() -> None:
    made = {Totp().new_secret() for _ in range(50)}
    assert len(made) == 50
    assert all(len(base64.b32decode(secret)) >= 20 for secret in made)
