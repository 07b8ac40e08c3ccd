"""What is done at the broker, from what the registry says, what the broker knows, and which secrets are still known."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.registry.lifecycle import SHUT_OUT, DeviceState
from backend.services.broker_access.accounts import Access, BrokerAccount, access_of, fingerprint, is_service
from backend.services.broker_access.plan import MASS, Doubt, plan
from backend.services.broker_access.ports import Change, Create, CutOff, KnownAccount


class Secrets:
    """`FreshSecrets` of a process that made some of them: the hash of a secret is the secret with a mark."""

    def __init__(self, made: frozenset[str]) -> None:
        self._made = made

    def secret_of(self, secret_hash: str) -> str | None:
        return secret_hash.removeprefix("#") if secret_hash in self._made else None

    def forget(self, secret_hash: str) -> None:
        raise AssertionError("a plan forgets nothing")


names = st.sampled_from(["T1", "T2", "T3", "lobby-1"])
hashes = st.sampled_from(["#a", "#b", "#c"])
registry = st.dictionaries(names, st.tuples(hashes, st.sampled_from(Access)))
broker = st.dictionaries(names, st.tuples(hashes, st.sampled_from(Access), st.booleans()))


def _wanted(rows: Mapping[str, tuple[str, Access]]) -> list[BrokerAccount]:
    return [BrokerAccount(name, digest, access) for name, (digest, access) in rows.items()]


def _known(rows: Mapping[str, tuple[str, Access, bool]]) -> list[KnownAccount]:
    return [KnownAccount(name, fingerprint(digest), access, off) for name, (digest, access, off) in rows.items()]


@given(registry, broker, st.frozensets(hashes))
def test_after_the_plan_the_broker_agrees_but_for_its_doubts(
    rows: dict[str, tuple[str, Access]], there: dict[str, tuple[str, Access, bool]], made: frozenset[str]
) -> None:
    found = plan(_wanted(rows), _known(there), Secrets(made))
    after = {name: (digest, access, off) for name, (digest, access, off) in there.items()}
    for step in found.steps:
        match step:
            case CutOff(name):
                del after[name]
            case Create(account, secret):
                assert account.name not in after
                assert secret == account.secret_hash.removeprefix("#")
                after[account.name] = (account.secret_hash, account.access, False)
            case Change(account, secret):
                before = after[account.name][0]
                after[account.name] = (before if secret is None else account.secret_hash, account.access, False)
    assert after.keys() <= rows.keys(), "who is not in the registry is cut off, whatever else is in doubt"
    for name, (digest, access) in rows.items():
        if name in found.doubts:
            assert digest not in made
        else:
            assert after[name] == (digest, access, False)
    assert not plan(_wanted(rows), _known(after), Secrets(made)).steps, "doing it again does nothing"


@given(registry, broker)
def test_cut_offs_come_first(rows: dict[str, tuple[str, Access]], there: dict[str, tuple[str, Access, bool]]) -> None:
    steps = plan(_wanted(rows), _known(there), Secrets(frozenset({"#a", "#b", "#c"}))).steps
    kinds = [isinstance(step, CutOff) for step in steps]
    assert kinds == sorted(kinds, reverse=True)


def test_a_registry_that_has_lost_its_devices_cuts_nobody_off() -> None:
    there = [KnownAccount(f"T{number}", fingerprint("#a"), Access.FULL, False) for number in range(MASS)]
    found = plan([], there, Secrets(frozenset()))
    assert not found.steps
    assert set(found.doubts.values()) == {Doubt.MASS_CUT_OFF}
    stays = [BrokerAccount(account.name, "#a", Access.FULL) for account in there]
    assert len(plan(stays[: MASS // 2], there, Secrets(frozenset())).steps) == MASS // 2, "half of them may go at once"


@pytest.mark.parametrize("state", DeviceState)
def test_only_who_is_shut_out_loses_the_call_for_help(state: DeviceState) -> None:
    access = access_of(state)
    assert (access is None) is (state in SHUT_OUT)
    assert (access is Access.FULL) is (state in {DeviceState.ENROLLED, DeviceState.INSTALLED})


def test_programs_are_told_from_devices_by_a_dot() -> None:
    assert is_service("gw1.events")
    assert not is_service("lobby-1")
