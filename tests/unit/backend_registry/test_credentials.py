"""Ids and secrets follow from key, actor, Idempotency-Key and place, and from nothing less."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backend.services.registry.credential import Seed
from contract.topics import LOBBY_PREFIX, is_device_id

KEY = bytes(range(32))
texts = st.text(max_size=20)


def everything(seed: Seed) -> tuple[str, ...]:
    return seed.identifier("T", "device|0"), seed.identifier("T", "device|1"), seed.secret("T1"), seed.secret("T2")


@given(actor=texts, key=texts)
def test_the_same_request_gets_the_same(actor: str, key: str) -> None:
    assert everything(Seed(KEY, actor, key)) == everything(Seed(KEY, actor, key))


@given(first=st.tuples(texts, texts), second=st.tuples(texts, texts))
def test_another_actor_or_key_gets_another(first: tuple[str, str], second: tuple[str, str]) -> None:
    same = everything(Seed(KEY, *first)) == everything(Seed(KEY, *second))
    assert same is (first == second)


def test_another_platform_gets_another() -> None:
    assert not set(everything(Seed(KEY, "a", "k"))) & set(everything(Seed(bytes(32), "a", "k")))


def test_without_a_key_nothing_is_repeated() -> None:
    assert not set(everything(Seed(KEY, "a", None))) & set(everything(Seed(KEY, "a", None)))


@given(key=texts)
def test_ids_have_the_form_of_the_contract_and_secrets_256_bits(key: str) -> None:
    seed = Seed(KEY, "service:cli", key)
    assert all(is_device_id(seed.identifier(prefix, "device|0")) for prefix in ("T", "S", LOBBY_PREFIX))
    assert len(seed.secret("T1")) == 43
