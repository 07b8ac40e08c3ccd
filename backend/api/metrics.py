"""Where Prometheus reads, with a token that may do nothing else."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST

from backend.api.security import require
from backend.services.health.metrics import Metrics
from backend.services.identity.actor import Scope, StaffRole

READS: Final = Depends(require(roles=(StaffRole.TECHNICIAN, StaffRole.ADMINISTRATOR), scopes=(Scope.METRICS,)))


def router(metrics: Metrics) -> APIRouter:
    """`/metrics`."""
    api = APIRouter(tags=["health"])

    @api.get("/metrics", dependencies=[READS], include_in_schema=False)
    def read_metrics() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return api
