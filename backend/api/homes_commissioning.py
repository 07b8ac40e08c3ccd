"""The commissioning of a home: its checklist, and who signed it off."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from pydantic import Field

from backend.api.bodies import Answer, Body, Moment
from backend.api.device_request import Key, Reason
from backend.api.homes import said
from backend.api.security import CurrentActor
from backend.api.sheets import label_view
from backend.api.vocabulary import LabelView
from backend.domain.registry.commissioning import ITEM_LABELS
from backend.services.registry.commission import Commissioning, ReadCommissioning, SignOffHome


class LineView(Answer):
    """`state`: met, not_met, or unknown while the device has said nothing here. `value`: dBm, %, or persons."""

    item: str
    label: LabelView
    state: str
    device_id: str | None
    value: float | None
    at: Moment | None


class SignOffView(Answer):
    """Who signed; `reason`: why although something was open."""

    at: Moment
    staff_id: str
    staff_name: str
    reason: str | None


class CommissioningView(Answer):
    """The checklist as it is now. `signed_off`: the latest signature, null for none."""

    home_id: str
    complete: bool
    items: list[LineView]
    signed_off: SignOffView | None
    telemetry_away: bool = Field(description="true: signal and battery could not be read now")


class SignOffBody(Body):
    """`reason`: needed while something is open."""

    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class CommissioningCalls:
    """What the router needs."""

    read: ReadCommissioning
    sign: SignOffHome


def router(calls: CommissioningCalls) -> APIRouter:
    """`/homes/{id}/commissioning`."""
    api = APIRouter(prefix="/homes", tags=["homes"])

    @api.get("/{home_id}/commissioning")
    def show(home_id: str) -> CommissioningView:
        """Press, signal, battery and contacts, as they are known now."""
        return _view(said(lambda: calls.read(home_id)))

    @api.post("/{home_id}/commissioning/sign-off", status_code=201)
    def sign(home_id: str, body: SignOffBody, actor: CurrentActor, key: Key = None) -> CommissioningView:
        """Sign the checklist of this moment; its devices may be set to installed then."""
        return _view(said(lambda: calls.sign(home_id, body.reason, actor, key)))

    return api


def _view(found: Commissioning) -> CommissioningView:
    signed = found.signed
    return CommissioningView(
        home_id=found.home_id,
        complete=found.complete,
        items=[
            LineView(
                item=line.item,
                label=label_view(ITEM_LABELS[line.item]),
                state=line.met,
                device_id=line.device_id,
                value=line.value,
                at=line.at,
            )
            for line in found.lines
        ],
        signed_off=None
        if signed is None
        else SignOffView(at=signed.at, staff_id=signed.staff_id, staff_name=signed.staff_name, reason=signed.reason),
        telemetry_away=found.telemetry_away,
    )
