"""Tokens that administrators give to programs: shown once, kept as a hash, ended at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select

from backend.adapters.db.engine import reading, writing
from backend.adapters.db.identity import api_tokens
from backend.adapters.db.organisation import organisations
from backend.services.identity.actor import Scope, StaffRole
from backend.services.identity.api_tokens import LONGEST_LIFE, NewToken, TokenFault, WantedToken
from backend.services.identity.staff_refusals import StaffRefused
from tests.harness.identity import House


@pytest.fixture
def house(database: Engine, tmp_path: Path) -> House:
    house = House(database, tmp_path).open_demo()
    with writing(database) as connection:
        row = {"id": "north", "parent_id": "district", "kind": "town", "name": "北镇", "provides": []}
        connection.execute(insert(organisations).values(row))
        connection.commit()
    return house


def wanted(house: House, name: str = "dashboard", days: int = 30, organisation_id: str | None = None) -> WantedToken:
    return WantedToken(name, frozenset({Scope.READ}), organisation_id, house.clock.now() + timedelta(days=days))


def made(house: House, name: str = "dashboard", organisation_id: str | None = None) -> NewToken:
    token = house.api_tokens.make(wanted(house, name, organisation_id=organisation_id), house.actor("admin"))
    assert isinstance(token, NewToken)
    return token


def test_it_is_whoever_it_was_made_for_and_sees_what_it_may(house: House) -> None:
    token = made(house, organisation_id="north")
    actor = house.identify.api_token(token.token)
    assert actor is not None
    assert (actor.id, actor.scopes, actor.organisation_id, actor.role) == (
        token.kept.id,
        frozenset({Scope.READ}),
        "north",
        None,
    )
    assert house.identify.service(token.token) is None


def test_the_database_does_not_have_it(house: House) -> None:
    token = made(house)
    assert len(token.token) >= 48
    with reading(house.engine) as connection:
        kept = connection.execute(select(api_tokens)).one()
    assert token.token not in str(tuple(kept))
    assert house.identify.api_token(kept.token_sha256) is None
    assert house.identify.api_token("care_" + kept.token_sha256) is None


def test_revoking_and_expiring_act_at_once(house: House) -> None:
    first, second = made(house, "first"), made(house, "second")
    assert house.identify.still_open(first.token, None) is True
    assert house.api_tokens.revoke(first.kept.id, house.actor("admin")) is True
    assert house.api_tokens.revoke(first.kept.id, house.actor("admin")) is False
    assert house.identify.api_token(first.token) is None
    assert house.identify.still_open(first.token, None) is False
    house.clock.turn(timedelta(days=30))
    assert house.identify.api_token(second.token) is None


def test_its_last_use_is_noted_to_the_minute(house: House) -> None:
    token = made(house)
    begun = house.clock.now()
    uses = []
    for _ in range(3):
        house.identify.api_token(token.token)
        uses.append(house.api_tokens.shown(house.actor("admin"))[0].used_at)
        house.clock.turn(timedelta(seconds=30))
    assert uses == [begun, begun, begun + timedelta(minutes=1)]


def test_a_name_is_in_force_once_and_free_afterwards(house: House) -> None:
    token = made(house)
    admin = house.actor("admin")
    assert house.api_tokens.make(wanted(house), admin) is TokenFault.NAME_TAKEN
    house.api_tokens.revoke(token.kept.id, admin)
    made(house)


@pytest.mark.parametrize("days", [0, -1, LONGEST_LIFE.days + 1])
def test_none_lives_for_ever(house: House, days: int) -> None:
    assert house.api_tokens.make(wanted(house, days=days), house.actor("admin")) is TokenFault.BAD_EXPIRY


def test_an_administrator_of_a_part_gives_and_sees_only_there(house: House) -> None:
    everywhere = made(house)
    part = house.hire("part", StaffRole.ADMINISTRATOR, "north").actor
    with pytest.raises(StaffRefused):
        house.api_tokens.make(wanted(house, "mine"), part)
    mine = house.api_tokens.make(wanted(house, "mine", organisation_id="north"), part)
    assert isinstance(mine, NewToken)
    assert [token.name for token in house.api_tokens.shown(part)] == ["mine"]
    assert house.api_tokens.revoke(everywhere.kept.id, part) is False
