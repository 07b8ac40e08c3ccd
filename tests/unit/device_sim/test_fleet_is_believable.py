"""The invented district: the same for a seed, growing without changing, with every column that the backend takes."""

from __future__ import annotations

import re
from datetime import timedelta
from random import Random

import pytest

from contract.senml import read_pack
from device_sim.model.fleet import plan
from device_sim.model.residents import household
from device_sim.model.scenario import Duty, Scenario, spontaneous_type
from device_sim.model.sensors import Model, Senses
from tests.harness.clock import ManualClock

LEVELS = {"normal", "impaired", "none"}


def test_the_same_seed_gives_the_same_fleet_and_a_larger_one_begins_with_it() -> None:
    small, large = plan(5, 3, seed=4), plan(9, 6, seed=4)
    assert small == plan(5, 3, seed=4)
    assert small[:5] == large[:5]
    assert small[5:] == large[9:12]
    assert plan(5, 3, seed=5) != small
    assert len({device.key for device in large}) == 15


def test_sensors_are_in_the_homes_of_terminals_two_each() -> None:
    fleet = plan(2, 5, seed=1)
    homes = [device.home_of for device in fleet if device.kind == "sensor"]
    assert homes == ["terminal-0001", "terminal-0001", "terminal-0002", "terminal-0002", None]


@pytest.mark.parametrize("number", range(1, 40))
def test_a_home_has_the_columns_of_the_tables(number: int) -> None:
    home = household(1, number).home
    assert home.keys() == {"label", "address", "landmark", "entry", "phone", "residents", "contacts"}
    assert 1 <= len(home["residents"]) <= 2
    for resident in home["residents"]:
        assert {resident["hearing"], resident["speech"], resident["cognition"]} <= LEVELS
        assert 1930 < resident["birth_year"] < 1960
        assert resident["lives_alone"] == (len(home["residents"]) == 1)
    assert [contact["position"] for contact in home["contacts"]] == [1, 2]
    assert {contact["role"] for contact in home["contacts"]} == {"key_holder", "decision_maker"}
    phones = [home["phone"], *(person["phone"] for person in home["residents"] + home["contacts"])]
    assert all(re.fullmatch(r"1300000\d{4}", phone) for phone in phones)


@pytest.mark.parametrize("model", Model)
def test_every_reading_of_a_week_is_within_the_contract(model: Model) -> None:
    clock, senses = ManualClock(), Senses(model, Random(3))
    for _ in range(7 * 24):
        pack = read_pack(senses.pack("D1", clock.now()), "D1", clock.now().timestamp())
        assert not pack.refused
        assert {"battery", "rssi"} <= {reading.metric for reading in pack.readings}
        assert all(abs(reading.at - clock.now().timestamp()) < 0.01 for reading in pack.readings)
        clock.turn(timedelta(hours=1))


def test_a_calm_day_has_no_presses_and_a_lively_one_has_some() -> None:
    assert Scenario().until_press(Random(1)) is None
    dice = Random(1)
    spans = [Scenario(presses_per_hour=60).until_press(dice) or 0 for _ in range(2000)]
    assert 55 < sum(spans) / len(spans) < 65, "a minute on average"
    assert {spontaneous_type(dice) for _ in range(200)} >= {"care.sos.pressed", "care.checkin.pressed"}


def test_heartbeats_are_spread_over_their_period() -> None:
    scenario, dice = Scenario(heartbeat_seconds=60), Random(1)
    firsts = [scenario.first(Duty.HEARTBEAT, dice) for _ in range(500)]
    assert min(firsts) < 3
    assert max(firsts) > 57
