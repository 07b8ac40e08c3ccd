"""What a resident, or a guardian for them, has agreed to: each matter by itself, each decision kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from contract.vocabulary import Label


class Matter(StrEnum):
    """What is agreed to."""

    HEALTH_DATA = "health_data"
    RECORDING = "recording"
    FAMILY_VIEW = "family_view"


LABELS: Final[dict[Matter, Label]] = {
    Matter.HEALTH_DATA: Label("保存疾病、用药等健康信息", "Illnesses, medicines and other health data are kept"),
    Matter.RECORDING: Label("通话录音", "Calls are recorded"),
    Matter.FAMILY_VIEW: Label("家属查看报警与状态", "The family sees alarms and how they stand"),
}


class Giver(StrEnum):
    """Who has decided."""

    RESIDENT = "resident"
    GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True)
class Decision:
    """One of them; nothing is changed afterwards, a later one takes its place. `document`: where the paper lies.

    `guardian`, `relation` and `document` are asked for where a guardian decides: somebody else's word needs a proof.
    """

    matter: Matter
    agreed: bool
    giver: Giver
    at: datetime
    recorded_by: str
    guardian: str | None = None
    relation: str | None = None
    document: str | None = None


class ConsentFault(StrEnum):
    """Why a decision is not taken down."""

    NEEDS_GUARDIAN = "needs_guardian"
    FROM_THE_FUTURE = "from_the_future"


def fault_of(decision: Decision, now: datetime) -> ConsentFault | None:
    """None: it is complete."""
    if decision.at > now:
        return ConsentFault.FROM_THE_FUTURE
    if decision.giver is Giver.GUARDIAN and not (decision.guardian and decision.relation and decision.document):
        return ConsentFault.NEEDS_GUARDIAN
    return None


def in_force(decisions: Iterable[Decision]) -> Mapping[Matter, Decision]:
    """The newest of each matter. What nobody was asked about is not agreed to."""
    found: dict[Matter, Decision] = {}
    for decision in sorted(decisions, key=lambda one: one.at):
        found[decision.matter] = decision
    return found


def agreed(decisions: Iterable[Decision], matter: Matter) -> bool:
    """Whether it is agreed to now."""
    decision = in_force(decisions).get(matter)
    return decision is not None and decision.agreed
