"""Where Prometheus reads, with a token that may do nothing else."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from backend.services.health.metrics import Metrics


def router(metrics: Metrics) -> APIRouter:
    """`/metrics`."""
    api = APIRouter(tags=["health"])

    @api.get("/metrics", include_in_schema=False)
    def read_metrics() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return api
