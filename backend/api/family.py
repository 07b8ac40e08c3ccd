"""The family's own call, and how a manager links an account of theirs to a resident."""

from __future__ import annotations

from fastapi import APIRouter, Response

from backend.api.bodies import Answer, Moment
from backend.api.problems import Problem
from backend.api.security import CurrentActor
from backend.api.vocabulary import LabelView
from backend.services.privacy.family import Family, FamilyAlert, LinkedResident
from contract.vocabulary import HANDLING_LABELS, OUTCOME_CODES, Handling, Label, event_type


class FamilyAlertView(Answer):
    """How an alarm stands. `outcome` null: still open, or it is told by voice."""

    type: LabelView
    handling: LabelView
    open: bool
    received_at: Moment
    eta_at: Moment | None
    closed_at: Moment | None
    outcome: LabelView | None


class LinkedResidentView(Answer):
    """`agreed` false: the resident has not agreed that the family sees more."""

    resident_id: str
    name: str
    agreed: bool
    status: str | None
    alerts: list[FamilyAlertView]


class FamilyAnswer(Answer):
    """Whom this account belongs to."""

    items: list[LinkedResidentView]


def router(family: Family) -> APIRouter:
    """`/family` and `/residents/{resident_id}/family/{staff_id}`."""
    routes = APIRouter(tags=["residents"])

    @routes.get("/family")
    def linked_residents(actor: CurrentActor) -> FamilyAnswer:
        """The residents of this account, and how their latest alarms stand."""
        return FamilyAnswer(items=[_view(one) for one in family.of(actor)])

    @routes.put("/residents/{resident_id}/family/{staff_id}", status_code=204)
    def link(resident_id: str, staff_id: str, actor: CurrentActor) -> Response:
        """Let an account of role family see this resident; the resident's consent is asked for as well."""
        if not family.link(staff_id, resident_id, actor):
            raise Problem(404, "not_found", Label("没有这位住户或家属账号", "No such resident or account of a family"))
        return Response(status_code=204)

    @routes.delete("/residents/{resident_id}/family/{staff_id}", status_code=204)
    def unlink(resident_id: str, staff_id: str, actor: CurrentActor) -> Response:
        """End it."""
        if not family.unlink(staff_id, resident_id, actor):
            raise Problem(404, "not_found", Label("没有这个关联", "They are not linked"))
        return Response(status_code=204)

    return routes


def _view(one: LinkedResident) -> LinkedResidentView:
    return LinkedResidentView(
        resident_id=one.resident_id,
        name=one.name,
        agreed=one.agreed,
        status=one.status,
        alerts=[_alert(alert) for alert in one.alerts],
    )


def _alert(alert: FamilyAlert) -> FamilyAlertView:
    outcome = OUTCOME_CODES.get(alert.outcome or "")
    return FamilyAlertView(
        type=_label(event_type(alert.type).label),
        handling=_label(HANDLING_LABELS[Handling(alert.handling)]),
        open=alert.closed_at is None,
        received_at=alert.received_at,
        eta_at=alert.eta_at,
        closed_at=alert.closed_at,
        outcome=_label(outcome.label) if outcome is not None else None,
    )


def _label(label: Label) -> LabelView:
    return LabelView(zh=label.zh, en=label.en)
