"""How the demo district's terminals fare: which report, are silent, were never put up, or are barely heard."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from backend.domain.demo import figures
from backend.domain.demo.dice import dealt
from backend.domain.demo.figures import Plan


class Fitness(StrEnum):
    """How a terminal fares. `UNINSTALLED`: it was assigned to the home, and nobody has put it up."""

    REPORTS = "reports"
    SILENT = "silent"
    UNINSTALLED = "uninstalled"
    WEAK = "weak"


def fitness_of_homes(plan: Plan) -> Sequence[Fitness]:
    """Of each home's terminal, in the order of the homes."""
    return [Fitness(value) for value in dealt(plan.dice("fitness"), plan.homes, figures.DEVICES)]
