"""The HTTP application around the resources: its door, its limits, its errors, its description."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel, ConfigDict
from starlette.types import ASGIApp

from backend.api import console, problems
from backend.api.access import enforce
from backend.api.limits import BodyLimit
from backend.api.security import CurrentActor, Door, Public
from backend.domain.access.table import TABLE, Table
from backend.services.access.authorise import Authorise
from backend.services.identity.identify import Identify

OPEN: Final = frozenset({("POST", "/api/v1/session"), ("GET", "/healthz"), ("HEAD", "/healthz")})
"""What a stranger may call, besides reading the console's files."""


class FieldError(BaseModel):
    """What is wrong with one field of a request."""

    field: str
    reason: str
    message: str


class ProblemDocument(BaseModel):
    """RFC 9457. `code` is stable; further members depend on it."""

    model_config = ConfigDict(extra="allow")

    type: Literal["about:blank"]
    title: str
    status: int
    code: str
    detail: str | None = None
    errors: list[FieldError] | None = None


def is_public(method: str, path: str) -> bool:
    """Whether a stranger may call it."""
    return (method, path) in OPEN or console.is_console_path(method, path)


def make_api(
    routers: Sequence[APIRouter],
    *,
    identify: Identify,
    authorise: Authorise,
    console_dir: Path | None,
    unavailable_errors: tuple[type[Exception], ...],
    also_public: Public = lambda _method, _path: False,
    audit: Callable[[ASGIApp], ASGIApp] | None = None,
    table: Table = TABLE,
) -> FastAPI:
    """The application. `console_dir` None: no console here. `unavailable_errors`: what a database raises when away.

    `also_public`: which calls of the parts are open to strangers, because their address is a secret. `audit`: what
    writes calls down, once the door knows whose they are. `table`: who may do what, before any handler.
    """

    def open_to_all(method: str, path: str) -> bool:
        return is_public(method, path) or also_public(method, path)

    described: dict[int | str, dict[str, Any]] = {
        422: {"model": ProblemDocument, "description": "Invalid request"},
        "4XX": {"model": ProblemDocument, "description": "A problem; see `code`"},
        "5XX": {"model": ProblemDocument, "description": "Not done; try again"},
    }
    # The description is served by a route of our own: FastAPI's would be open to strangers.
    api = FastAPI(
        title="Elderly-care alarm platform",
        version="1.0",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        responses=described,
        redirect_slashes=False,
        dependencies=[Depends(enforce(authorise, table))],
    )
    for router in routers:
        api.include_router(router)

    @api.get("/api/v1/openapi.json", include_in_schema=False)
    def describe(_: CurrentActor) -> dict[str, Any]:
        return api.openapi()

    if console_dir is not None:
        api.include_router(console.router(console_dir))
    problems.install(api, unavailable_errors)
    # The last one added is the first to see a request: the door before the limit before everything else.
    if audit is not None:
        api.add_middleware(audit)
    api.add_middleware(BodyLimit)
    api.add_middleware(Door, identify=identify, is_public=open_to_all, unavailable_errors=unavailable_errors)
    return api
