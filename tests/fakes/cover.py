"""Who can be reached, as a test says it; and work orders that are only counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from backend.domain.alert.model import Alert
from backend.domain.escalation.targets import (
    DutyRole,
    Level,
    Nobody,
    Reach,
    Recipient,
    RecipientKind,
    Target,
    TargetKind,
)
from backend.services.escalation.ports import Scene


def person(name: str, role: DutyRole | None = DutyRole.RESPONDER, *points: str) -> Recipient:
    """Somebody with one contact point, or those given."""
    return Recipient(RecipientKind.PERSON, f"p-{name}", name, role, points or (f"cp-{name}",))


def operator_at(desk: str) -> Recipient:
    """An operator who sits at a desk and needs no other channel."""
    return Recipient(RecipientKind.PERSON, f"op-{desk}", f"坐席 {desk}", DutyRole.OPERATOR, (), desk)


@dataclass
class FakeCover:
    """`Cover`. `desks`: organisation by level, and whether somebody sits there; `people` by target kind and level."""

    desks: dict[Level, tuple[str, bool]] = field(
        default_factory=lambda: {
            Level.CENTRE: ("centre", True),
            Level.SIBLINGS: ("sibling", True),
            Level.PARENT: ("town", True),
            Level.DISTRICT: ("district", True),
        }
    )
    people: dict[tuple[TargetKind, Level], list[Recipient]] = field(default_factory=dict)
    is_open: bool = True
    risk: str = "normal"

    def reach(self, target: Target, scene: Scene, at: datetime) -> Reach:
        if target.kind is TargetKind.DESK:
            desk, manned = self.desks[target.level]
            if manned:
                return Reach(target, (operator_at(desk),), None, (desk,))
            return Reach(target, (), Nobody.NOBODY_ON_DUTY, (desk,))
        found = self.people.get((target.kind, target.level), [])
        if target.kind is TargetKind.ON_DUTY:
            found = [each for each in found if each.role is target.role]
        found = found[: target.most]
        return Reach(target, tuple(found), None if found else Nobody.NOBODY_ON_DUTY)

    def centre_open(self, organisation_id: str | None, at: datetime) -> bool:
        return self.is_open

    def home_risk(self, home_id: str | None) -> str:
        return self.risk

    def centre_of(self, home_id: str | None) -> str | None:
        return None


@dataclass
class CountedOrders:
    """`ServiceOrders`: remembers for which alerts one was asked for."""

    made: list[str] = field(default_factory=list)

    def for_alert(self, alert: Alert, now: datetime) -> str | None:
        if alert.id not in self.made:
            self.made.append(alert.id)
        return f"wo-{alert.id}"
