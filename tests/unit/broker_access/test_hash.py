"""Secrets in the broker's own form: checked in constant time, remembered only until the broker has them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.adapters.broker_hash import KEPT, MOST_ITERATIONS, SecretHasher, matches, mosquitto_hash, parts_of


@settings(max_examples=50)
@given(st.text(min_size=1, max_size=64), st.text(max_size=64))
def test_the_secret_matches_and_no_other(secret: str, other: str) -> None:
    secret_hash = mosquitto_hash(secret)
    assert matches(secret, secret_hash)
    assert matches(other, secret_hash) is (other == secret)


@pytest.mark.parametrize(
    "broken",
    ["", "$6$101$YWI=$YWI=", "$7$101$YWI=", "$7$0$YWI=$YWI=", "$7$-1$YWI=$YWI=", "$7$x$YWI=$YWI=", "$7$101$!$YWI=",
     "$7$101$YWI=$", "7$101$YWI=$YWI=", f"$7${MOST_ITERATIONS + 1}$YWI=$YWI=", "$7$101$YWI=$YWI=$"],
)  # fmt: skip
def test_what_is_no_hash_matches_nothing(broken: str) -> None:
    assert parts_of(broken) is None
    assert not matches("", broken)


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    assert matches("secret", text) is False


def test_a_secret_is_known_until_it_is_told() -> None:
    hasher = SecretHasher()
    secret_hash = hasher("one")
    assert hasher.secret_of(secret_hash) == "one"
    hasher.forget(secret_hash)
    hasher.forget(secret_hash)
    assert hasher.secret_of(secret_hash) is None


def test_only_so_many_are_remembered() -> None:
    hasher = SecretHasher()
    first = hasher("first")
    made = [hasher("x") for _ in range(KEPT)]
    assert hasher.secret_of(first) is None
    assert hasher.secret_of(made[0]) == "x"
