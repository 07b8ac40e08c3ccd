"""Every figure that issue 3 asks of the demo district is found by counting what is made, whatever the seed."""

from __future__ import annotations

import pytest

from backend.domain.demo.measure import measure
from tests.harness.demo import census_of, plan


@pytest.mark.parametrize("seed", [0, 1, 20_261_125])
def test_every_figure_of_the_whole_district(seed: int) -> None:
    census = census_of(plan(seed, 2_000))
    lines = measure(census, 2_000)
    assert len(lines) > 35
    assert [(line.label.en, line.target, line.found) for line in lines if not line.met] == []


@pytest.mark.parametrize("homes", [8, 60, 301])
def test_every_figure_of_a_small_one(homes: int) -> None:
    # The past of a few homes is a handful of calls: their shares say nothing, the places and people do.
    lines = measure(census_of(plan(3, homes, days=0)), homes)
    assert [(line.label.en, line.target, line.found) for line in lines if not line.met] == []


def test_counting_finds_what_is_wrong() -> None:
    census = census_of(plan(5, 200, days=0))
    for resident in census.rows["residents"][:40]:
        assert isinstance(resident, dict)
        resident["hearing"] = "none"
    missed = {line.label.en for line in measure(census, 200) if not line.met}
    assert missed == {"Hearing loss"}
