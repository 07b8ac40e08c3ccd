"""What the ledger adds up to: which presses were answered, how fast, and whether any answer had two ids."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field

from device_sim.model.presses import Owed, owed
from device_sim.model.record import Kind, Record

Key = tuple[str, str]
"""Device id and event id."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from the press to its first answer."""

    lowest: float
    quartile_1: float
    median: float
    quartile_3: float
    highest: float


@dataclass(frozen=True, slots=True)
class Report:
    """The reconciled ledger. Presses of types that nobody answers count in `pressed` alone.

    `doubled`: (device, event, stage) whose answers came with more than one command id; must be empty.
    """

    pressed: int
    owed: int
    sent: int
    attempts: int
    answered: int
    unanswered: tuple[Key, ...]
    doubled: tuple[tuple[str, str, str], ...]
    latency: Latency | None


@dataclass
class _Tally:
    types: dict[Key, str] = field(default_factory=dict)
    sent: set[Key] = field(default_factory=set)
    attempts: int = 0
    first_answer: dict[Key, float | None] = field(default_factory=dict)
    ids: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)


def reconcile(records: Iterable[Record]) -> Report:
    """Add up the records of a ledger, in their order."""
    tally = _Tally()
    for record in records:
        _count(tally, record)
    wanted = [key for key, type_name in tally.types.items() if owed(type_name) is Owed.ANSWER]
    answered = [key for key in wanted if key in tally.first_answer]
    return Report(
        pressed=len(tally.types),
        owed=len(wanted),
        sent=len(tally.sent),
        attempts=tally.attempts,
        answered=len(answered),
        unanswered=tuple(key for key in wanted if key not in tally.first_answer),
        doubled=tuple(key for key, ids in tally.ids.items() if len(ids) > 1),
        latency=_latency([ms for key in answered if (ms := tally.first_answer[key]) is not None]),
    )


def _count(tally: _Tally, record: Record) -> None:
    if record.event_id is None:
        return
    key = (record.device_id, record.event_id)
    if record.kind is Kind.PRESSED:
        tally.types[key] = record.type or ""
    elif record.kind is Kind.SENT:
        tally.sent.add(key)
        tally.attempts += 1
    elif record.kind is Kind.ANSWERED:
        tally.first_answer.setdefault(key, record.after_ms)
        tally.ids.setdefault((*key, record.stage or ""), set()).add(record.command_id or "")


def _latency(values: list[float]) -> Latency | None:
    if not values:
        return None
    if len(values) == 1:
        return Latency(*values * 5)
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return Latency(min(values), low, middle, high, max(values))
