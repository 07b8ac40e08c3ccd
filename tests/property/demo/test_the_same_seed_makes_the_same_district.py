"""Same seed, same bytes; another seed, another district; shares come out to within one, whatever is dealt."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.demo.dice import dealt
from backend.domain.demo.district import digest, make_district
from tests.harness.demo import plan

SEEDS = st.integers(0, 2**53)


@settings(max_examples=12, deadline=None)
@given(SEEDS, st.integers(8, 90), st.integers(0, 20))
def test_the_same_seed_makes_the_same_bytes(seed: int, homes: int, days: int) -> None:
    assert digest(make_district(plan(seed, homes, days))) == digest(make_district(plan(seed, homes, days)))


@settings(max_examples=8, deadline=None)
@given(SEEDS, SEEDS)
def test_another_seed_makes_another_district(one: int, other: int) -> None:
    same = digest(make_district(plan(one, 20, 5))) == digest(make_district(plan(other, 20, 5)))
    assert same == (one == other)


@given(st.integers(0, 3000), st.lists(st.floats(0.001, 1), min_size=1, max_size=8), SEEDS)
def test_each_share_comes_out_to_within_one(count: int, shares: list[float], seed: int) -> None:
    hand = dealt(Random(seed), count, dict(enumerate(shares)))
    assert len(hand) == count
    for value, share in enumerate(shares):
        assert abs(hand.count(value) - count * share / sum(shares)) <= 1 + 1e-6
