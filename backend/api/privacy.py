"""What residents may ask for: what they agreed to, a copy of all that is kept, and to be forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import structlog
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, Field, StringConstraints

from backend.api.bodies import ONE_LINE, Answer, Body, Moment
from backend.api.ingest_telemetry import telemetry_away
from backend.api.problems import Problem
from backend.api.security import CurrentActor
from backend.api.telemetry import unknown_resident
from backend.api.telemetry_turns import Turns
from backend.api.vocabulary import LabelView
from backend.domain.privacy.consent import LABELS, ConsentFault, Decision, Giver, Matter, in_force
from backend.services.privacy.consents import Consents
from backend.services.privacy.erase import EraseResident
from backend.services.privacy.export import ExportResident
from backend.services.privacy.ports import StillThere
from backend.services.telemetry.ports import TelemetryAway
from contract.vocabulary import Label

log = structlog.get_logger()

ZIP: Final = "application/zip"
FAULTS: Final[dict[ConsentFault, Label]] = {
    ConsentFault.NEEDS_GUARDIAN: Label(
        "监护人代为决定时，须写明姓名、关系和证明文件",
        "Where a guardian decides, their name, relation and the document that proves it are wanted",
    ),
    ConsentFault.FROM_THE_FUTURE: Label("决定的时间在将来", "The time of the decision lies ahead"),
}
STILL: Final[dict[StillThere, Label]] = {
    StillThere.SERVED: Label(
        "此人仍在服务中：先把状态改为已迁出或已去世", "Still served: set the status to moved or deceased first"
    ),
    StillThere.DEVICES: Label("家中仍有设备：先拆除或换户", "A device is still there: take it out of the home first"),
    StillThere.OPEN_ALERT: Label("有未结案的警情", "An alert of the home is still open"),
}
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128, pattern=ONE_LINE)]


class ConsentBody(Body):
    """One decision; a guardian's with `guardian`, `relation`, `document`. `at`: when it was given, else now."""

    matter: Literal["health_data", "recording", "family_view"]
    agreed: bool
    giver: Literal["resident", "guardian"]
    guardian: Short | None = None
    relation: Annotated[Short, Field(max_length=64)] | None = None
    document: Short | None = None
    at: Annotated[AwareDatetime, Field(strict=False)] | None = None


class DecisionView(Answer):
    """As it was taken down."""

    matter: Matter
    label: LabelView
    agreed: bool
    giver: Giver
    guardian: str | None
    relation: str | None
    document: str | None
    at: Moment
    recorded_by: str


class ConsentsAnswer(Answer):
    """`in_force`: the latest of each matter; what is missing there nobody was asked about, and is not agreed to."""

    in_force: list[DecisionView]
    history: list[DecisionView]


class EraseBody(Body):
    """`confirm` true: it cannot be undone."""

    confirm: Literal[True]


class ErasedAnswer(Answer):
    """`rows`: how many were changed or deleted, by table. Readings are erased by `…/telemetry/erase`."""

    resident_id: str
    pseudonym: str
    at: Moment
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class PersonCalls:
    """What the routes need."""

    consents: Consents
    erase: EraseResident
    export: ExportResident


def router(calls: PersonCalls) -> APIRouter:
    """`/residents/{resident_id}/consents`, `…/export`, `…/erase`."""
    api = APIRouter(prefix="/residents/{resident_id}", tags=["residents"])
    exporting = Turns()

    @api.get("/consents")
    def consents(resident_id: str) -> ConsentsAnswer:
        """What was agreed to, and what was taken back."""
        found = calls.consents.of(resident_id)
        if found is None:
            raise unknown_resident()
        return _consents(found)

    @api.post("/consents", status_code=201)
    def take_down(resident_id: str, body: ConsentBody, actor: CurrentActor) -> ConsentsAnswer:
        """Take down one decision. Health data that somebody takes back their consent to is blanked at once."""
        decision = Decision(
            Matter(body.matter),
            body.agreed,
            Giver(body.giver),
            body.at or calls.consents.clock.now(),
            actor.id,
            body.guardian,
            body.relation,
            body.document,
        )
        found = calls.consents.take_down(resident_id, decision, actor)
        if found is None:
            raise unknown_resident()
        if isinstance(found, ConsentFault):
            raise Problem(422, found, FAULTS[found])
        return _consents(found)

    @api.post("/erase")
    def erase(resident_id: str, body: EraseBody, actor: CurrentActor) -> ErasedAnswer:  # noqa: ARG001
        """Forget somebody: incidents stay, under a pseudonym that leads back to nobody."""
        found = calls.erase(resident_id, actor)
        if found is None:
            raise unknown_resident()
        if isinstance(found, StillThere):
            raise Problem(409, found, STILL[found])
        return ErasedAnswer(
            resident_id=found.resident_id, pseudonym=found.pseudonym, at=found.at, rows=dict(found.rows)
        )

    binary: dict[int | str, dict[str, Any]] = {
        200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}
    }

    @api.get("/export", response_class=StreamingResponse, responses=binary)
    async def export(resident_id: str, actor: CurrentActor) -> StreamingResponse:
        """All that is kept about somebody: records and readings, in one ZIP."""
        try:
            pieces = await exporting(lambda: calls.export(resident_id))
        except TelemetryAway:
            raise telemetry_away() from None
        if pieces is None:
            raise unknown_resident()
        log.info("resident_export", actor=actor.id, resident_id=resident_id)
        headers = {
            "Content-Disposition": f'attachment; filename="resident-{resident_id}.zip"',
            "Cache-Control": "no-store",
        }
        return StreamingResponse(pieces, media_type=ZIP, headers=headers)

    return api


def _consents(found: Sequence[Decision]) -> ConsentsAnswer:
    latest = in_force(found)
    return ConsentsAnswer(
        in_force=[_view(latest[matter]) for matter in Matter if matter in latest],
        history=[_view(decision) for decision in found],
    )


def _view(decision: Decision) -> DecisionView:
    label = LABELS[decision.matter]
    return DecisionView(
        matter=decision.matter,
        label=LabelView(zh=label.zh, en=label.en),
        agreed=decision.agreed,
        giver=decision.giver,
        guardian=decision.guardian,
        relation=decision.relation,
        document=decision.document,
        at=decision.at,
        recorded_by=decision.recorded_by,
    )
