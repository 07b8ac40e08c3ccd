"""The whole demo district in the order in which it is stored: land, crew, homes, their past, what devices say now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from backend.domain.accounting.account import Numbers, hear
from backend.domain.demo.cases import Case, Counters
from backend.domain.demo.crew import make_crew
from backend.domain.demo.figures import Plan
from backend.domain.demo.fitness import fitness_of_homes
from backend.domain.demo.geography import make_land
from backend.domain.demo.history import Past
from backend.domain.demo.households import make_households
from backend.domain.demo.land import Row
from backend.domain.demo.terminals import Said, make_terminals
from contract.vocabulary import SOS

ROWS_A_BATCH: Final = 250
"""A batch is a transaction: short enough that a press beside it does not feel it."""
HOMES_A_BATCH: Final = 20
CASES_A_BATCH: Final = 15
STATUSES_A_BATCH: Final = 250


@dataclass(frozen=True, slots=True)
class Batch:
    """What is stored together. `rows`: by table, parents first. `said`: for the store of devices' statuses."""

    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    cases: Sequence[Case] = ()
    counters: Mapping[str, Counters] = field(default_factory=dict)
    said: Sequence[Said] = ()


def make_district(plan: Plan) -> Iterator[Batch]:
    """The same batches for the same plan, on every machine."""
    land = make_land(plan)
    crew = make_crew(plan, land)
    fitness = fitness_of_homes(plan)
    households = make_households(plan, land, fitness)
    terminals = make_terminals(plan, households.homes, fitness)
    yield from _slices({**land.rows, **crew.rows})
    for start in range(0, len(households.rows), HOMES_A_BATCH):
        yield Batch(_joined(households.rows[start : start + HOMES_A_BATCH]))
    for start in range(0, len(terminals.said), STATUSES_A_BATCH):
        yield Batch(said=terminals.said[start : start + STATUSES_A_BATCH])
    past = Past(plan, land, crew, households.homes, terminals)
    cases: list[Case] = []
    for case in past.cases():
        _account(past, case)
        cases.append(case)
        if len(cases) == CASES_A_BATCH:
            yield Batch(cases=cases)
            cases = []
    if cases:
        yield Batch(cases=cases)
    yield from _accounts(past.counters)


def digest(batches: Iterator[Batch]) -> str:
    """SHA-256 of the canonical text of all of it: two that are alike to the last byte have the same."""
    found = hashlib.sha256()
    for batch in batches:
        found.update(json.dumps(asdict(batch), ensure_ascii=False, sort_keys=True, default=str).encode())
    return found.hexdigest()


def _slices(rows: Mapping[str, Sequence[Row]]) -> Iterator[Batch]:
    for table, every in rows.items():
        for start in range(0, len(every), ROWS_A_BATCH):
            yield Batch({table: every[start : start + ROWS_A_BATCH]})


def _joined(homes: Sequence[Mapping[str, Sequence[Row]]]) -> Mapping[str, Sequence[Row]]:
    joined: dict[str, list[Any]] = {}
    for home in homes:
        for table, rows in home.items():
            joined.setdefault(table, []).extend(rows)
    return joined


def _account(past: Past, case: Case) -> None:
    """What the numbers of its events make of the device's account, as they would have live."""
    for sent in case.events:
        counters = past.counters[sent.device_id]
        numbers = Numbers(sent.boot, sent.seq, sent.sos_seq, sent.type == SOS)
        counters.account = hear(counters.account, numbers).account
        counters.heard_at = sent.received_at


def _accounts(counters: Mapping[str, Counters]) -> Iterator[Batch]:
    devices = sorted(counters)
    for start in range(0, len(devices), ROWS_A_BATCH):
        yield Batch(counters={device: counters[device] for device in devices[start : start + ROWS_A_BATCH]})
