"""How the rules are read from `config/rules/telemetry.toml`: strictly, saying where it is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from backend.domain.rules.threshold import Rule
from contract.metrics import METRICS
from contract.vocabulary import Label

_Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Line = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]{1,120}$")]


class BadRule(Exception):  # noqa: N818 - said to whoever wrote the file
    """A file of rules that cannot be used; the message says where and what to do."""


class _Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: _Line
    en: _Line


class _Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    label: _Text
    metric: str
    raise_at_or_below: float
    clear_at_or_above: float


def load_rules(path: Path) -> tuple[Rule, ...]:
    """The rules in their order; none where there is no such file. Raises `BadRule`, naming all faults."""
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=dict[_Code, _Rule])
    except FileNotFoundError:
        return ()
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadRule(f"{path.name}: {error}; correct it, or take the shipped file") from None
    faults = [f"{path.name}, [{code}]: {fault}" for code, rule in found.items() for fault in _faults(rule)]
    if faults:
        raise BadRule("\n".join(faults))
    return tuple(_rule(code, rule) for code, rule in found.items())


def _faults(rule: _Rule) -> Iterator[str]:
    metric = METRICS.get(rule.metric)
    if metric is None or metric.kind != "number":
        numbers = ", ".join(name for name, one in METRICS.items() if one.kind == "number")
        yield f"metric: {rule.metric!r} is no metric with a number; one of {numbers}"
    elif not metric.low <= rule.raise_at_or_below <= rule.clear_at_or_above <= metric.high:
        yield f"raise_at_or_below and clear_at_or_above: within {metric.low:g} to {metric.high:g}, in this order"
    if rule.raise_at_or_below >= rule.clear_at_or_above:
        yield "clear_at_or_above must be higher than raise_at_or_below, or it flutters"


def _rule(code: str, rule: _Rule) -> Rule:
    label = Label(rule.label.zh, rule.label.en)
    return Rule(code, label, rule.metric, rule.raise_at_or_below, rule.clear_at_or_above)
