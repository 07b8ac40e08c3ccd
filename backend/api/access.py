"""The one place that decides who may do what: before every handler, by the table. What is not in it is refused."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request

from backend.api import problems
from backend.api.security import current_actor
from backend.domain.access.permission import Permission
from backend.domain.access.sight import Sight
from backend.domain.access.subjects import named
from backend.domain.access.table import Table
from backend.services.access.authorise import Authorise, Verdict
from contract.vocabulary import Label

log = structlog.get_logger()

LOOK_UPS_AT_ONCE: Final = 8


def enforce(authorise: Authorise, table: Table) -> Callable[[Request], Awaitable[None]]:
    """A dependency of the whole application. Raises 403 or 404; leaves what the actor sees for the handler."""
    # Threads of its own, as the door has: however busy desks are, presses keep theirs (rule 9).
    threads = CapacityLimiter(LOOK_UPS_AT_ONCE)

    async def check(request: Request) -> None:
        permission = table.get((request.method, _template(request)))
        if permission is not None and permission.public:
            return
        actor = await current_actor(request)
        sight = authorise.sight(actor)
        verdict = authorise.at_all(permission, actor, sight)
        if permission is not None and verdict is Verdict.ALLOWED:
            verdict = await _about(permission, request, sight)
        _answer(verdict, permission)
        request.state.sight = sight
        request.state.lent = verdict is Verdict.LENT

    async def _about(permission: Permission, request: Request, sight: Sight) -> Verdict:
        query = {name: request.query_params.getlist(name) for name in request.query_params}
        asked = (dict(request.path_params), query)
        if sight.whole:
            # No body is read twice and no database asked: neither presses nor the district's desk wait for this.
            return authorise.about(permission, named(*asked, also=permission.also), None, sight)
        body = await _body(request)
        about = named(*asked, body, also=permission.also)
        if not about and not permission.within:
            return Verdict.ALLOWED
        return await to_thread.run_sync(authorise.about, permission, about, body, sight, limiter=threads)

    return check


def _template(request: Request) -> str:
    """The path of the route with what its routers stand under, in which there are no parameters.

    FastAPI says only what stands in the router itself.
    """
    path, own = request.scope["path"], str(getattr(request.scope.get("route"), "path", ""))
    under = path.split("/")[: path.count("/") - own.count("/") + 1]
    return "/".join(under) + own


async def _body(request: Request) -> Any:
    """What was sent as JSON. What cannot be read names nothing: the handler's own reading refuses it."""
    if "json" not in request.headers.get("content-type", ""):
        return None
    try:
        return await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        return None


def _answer(verdict: Verdict, permission: Permission | None) -> None:
    match verdict:
        case Verdict.NOT_ALLOWED:
            needs = {*permission.roles, *permission.scopes} if permission is not None else set()
            raise problems.forbidden(sorted(needs))
        case Verdict.DISTRICT_ONLY:
            raise problems.Problem(
                403,
                "district_only",
                Label("仅限全区账号", "Only for the whole district"),
                Label("请注明所属机构，或由区级账号操作。", "Name an organisation, or ask somebody of the district."),
            )
        case Verdict.NOT_FOUND:
            raise problems.Problem(404, "not_found", Label("不存在", "Not found"))
        case Verdict.ALLOWED | Verdict.LENT:
            return


async def current_sight(request: Request) -> Sight:
    """How far whoever makes the call sees."""
    sight = getattr(request.state, "sight", None)
    if not isinstance(sight, Sight):
        raise problems.unauthenticated()
    return sight


Sees = Annotated[Sight, Depends(current_sight)]
"""What a handler of a list hands to its reader."""
