"""One alert as evidence: a signed bundle for whoever has to judge what was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from backend.api.problems import Problem
from backend.api.security import CurrentActor
from backend.services.evidence.export import ExportEvidence
from contract.vocabulary import Label

ZIP: Final = "application/zip"


@dataclass(frozen=True)
class EvidenceCalls:
    """What the routes need."""

    export: ExportEvidence


def router(calls: EvidenceCalls) -> APIRouter:
    """`/alerts/{alert_id}/evidence`."""
    routes = APIRouter(tags=["audit log"])

    @routes.get(
        "/alerts/{alert_id}/evidence",
        response_class=Response,
        responses={200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}},
    )
    def evidence(alert_id: str, actor: CurrentActor) -> Response:
        """A ZIP with all records of the alert, the same as PDF, and a signature. Each export is in the audit log."""
        bundle = calls.export(alert_id, actor.id)
        if bundle is None:
            raise Problem(404, "not_found", Label("没有这条报警", "no such alert"))
        name = f"alert-{alert_id}.zip"
        return Response(bundle, media_type=ZIP, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    return routes
