"""Calendars of a roster or a person: staff give out and revoke secret addresses, calendar programs read them."""

from __future__ import annotations

import re
from typing import Final

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Response

from backend.api.problems import Problem
from backend.api.roster_problems import refusals
from backend.api.roster_shapes import CalendarList, OpenedCalendar
from backend.api.roster_views import calendar_view, opened_calendar
from backend.api.security import CurrentActor
from backend.services.roster.calendar import Calendars
from backend.services.roster.ports import FeedKind, RosterStore
from contract.vocabulary import Label

PREFIX: Final = "/calendars/"
_PUBLIC: Final = re.compile(r"/calendars/[A-Za-z0-9_-]{43}\.ics")
AT_ONCE: Final = 2
"""Threads of their own: strangers' calendars must not take those that presses are stored on."""


def is_public(method: str, path: str) -> bool:
    """Whether a stranger may call it: the secret in the address is all that a calendar program can show."""
    return method == "GET" and _PUBLIC.fullmatch(path) is not None


def staff_router(calendars: Calendars, store: RosterStore) -> APIRouter:
    """Giving out and revoking, under `/api/v1`."""
    api = APIRouter(tags=["rosters"])
    _add_subject(api, calendars, store, FeedKind.ROSTER, "/rosters/{subject_id}/calendars")
    _add_subject(api, calendars, store, FeedKind.PERSON, "/people/{subject_id}/calendars")

    @api.delete("/calendars/{feed_id}", status_code=204)
    def revoke(feed_id: str, actor: CurrentActor) -> Response:
        """From now on nobody reads it."""
        if not calendars.revoke(feed_id, actor):
            raise _unknown()
        return Response(status_code=204)

    return api


def _add_subject(api: APIRouter, calendars: Calendars, store: RosterStore, kind: FeedKind, path: str) -> None:
    @api.post(path, status_code=201, name=f"open_{kind}_calendar", operation_id=f"open_{kind}_calendar")
    def open_calendar(subject_id: str, actor: CurrentActor, response: Response) -> OpenedCalendar:
        """A new secret address; it is shown here and nowhere again."""
        with refusals():
            opened = calendars.open(kind, subject_id, actor)
        response.headers["Cache-Control"] = "no-store"
        return opened_calendar(opened.feed, f"{PREFIX}{opened.token}.ics")

    @api.get(path, name=f"list_{kind}_calendars", operation_id=f"list_{kind}_calendars")
    def list_calendars(subject_id: str) -> CalendarList:
        """Which addresses were given out, without their secrets."""
        return CalendarList(items=[calendar_view(feed) for feed in store.feeds(kind, subject_id)])


def public_router(calendars: Calendars) -> APIRouter:
    """Reading, outside `/api/v1`."""
    api = APIRouter(tags=["rosters"])
    threads = CapacityLimiter(AT_ONCE)

    @api.get("/calendars/{token}.ics", response_class=Response)
    async def read(token: str) -> Response:
        """The duties from two weeks ago until twelve weeks from now."""
        found = await to_thread.run_sync(calendars.read, token, limiter=threads)
        if found is None:
            raise _unknown()
        headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
        return Response(found, media_type="text/calendar; charset=utf-8", headers=headers)

    return api


def _unknown() -> Problem:
    return Problem(404, "unknown_calendar", Label("没有这个日历", "No such calendar"))
