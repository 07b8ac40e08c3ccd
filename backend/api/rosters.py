"""Rosters: what they say, who is on duty, where nobody is, and swaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from backend.api.access import Sees
from backend.api.people import Key
from backend.api.problems import Problem
from backend.api.roster_bodies import OverrideBody, RosterBody, RosterChange, SwapBody, When
from backend.api.roster_problems import not_found, override_incomplete, refusals
from backend.api.roster_shapes import (
    ForecastList,
    ForecastView,
    OnDutyView,
    OverrideList,
    OverrideView,
    RosterList,
    RosterView,
    ShiftList,
)
from backend.api.roster_views import forecast_view, on_duty_view, override_view, roster_line, roster_view, shift_view
from backend.api.security import CurrentActor
from backend.domain.roster.duty import shifts
from backend.services.roster.keep_rosters import ChangeDuty, KeepRosters
from backend.services.roster.people_ports import Clock
from backend.services.roster.ports import KeptRoster, RosterStore
from backend.services.roster.read_forecast import ReadForecast
from backend.services.roster.refusals import Refused
from contract.vocabulary import Label

LONGEST_SPAN: Final = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class RosterCalls:
    """What the router needs. `zone`: that of a roster which names none."""

    store: RosterStore
    rosters: KeepRosters
    duty: ChangeDuty
    forecast: ReadForecast
    clock: Clock
    zone: ZoneInfo


def router(calls: RosterCalls) -> APIRouter:
    """`/rosters` and `/on-duty` of the staff API."""
    api = APIRouter(tags=["rosters"])
    # Before the rosters by id, or `forecast` would be one.
    _add_forecasts(api, calls)
    _add_rosters(api, calls)
    _add_changes(api, calls)
    _add_duty(api, calls)
    _add_overrides(api, calls)
    return api


def _add_forecasts(api: APIRouter, calls: RosterCalls) -> None:
    @api.get("/rosters/forecast")
    def forecast_all(sight: Sees) -> ForecastList:
        """Every roster's next 28 days, the lowest score first."""
        return ForecastList(items=[forecast_view(found) for found in calls.forecast.every(sight)])

    @api.get("/rosters/{roster_id}/forecast")
    def forecast_one(roster_id: str) -> ForecastView:
        """One roster's next 28 days: gaps with their reasons, and a score of 0 to 100."""
        found = calls.forecast.one(roster_id)
        if found is None:
            raise not_found(Refused.UNKNOWN_ROSTER)
        return forecast_view(found)


def _add_rosters(api: APIRouter, calls: RosterCalls) -> None:
    @api.get("/rosters")
    def list_rosters(sight: Sees, organisation: Annotated[str | None, Query(max_length=64)] = None) -> RosterList:
        """All rosters, or those of one organisation."""
        found = calls.store.every(calls.clock.now(), organisation, sight)
        return RosterList(items=[roster_line(kept) for kept in found])

    @api.get("/rosters/{roster_id}")
    def show_roster(roster_id: str) -> RosterView:
        """One roster with its layers, holidays, and overrides that are not over."""
        return _view(calls, _kept(calls, roster_id))


def _add_changes(api: APIRouter, calls: RosterCalls) -> None:
    @api.post("/rosters", status_code=201)
    def add_roster(body: RosterBody, actor: CurrentActor, key: Key = None) -> RosterView:
        """A new roster; its gaps are reported at once."""
        with refusals():
            return _view(calls, calls.rosters.add(body.kept(calls.zone), actor, key))

    @api.put("/rosters/{roster_id}")
    def change_roster(roster_id: str, body: RosterChange, actor: CurrentActor) -> RosterView:
        """All layers and holidays as they are sent; overrides stay. 409 `changed_meanwhile`: read it again."""
        with refusals():
            return _view(calls, calls.rosters.change(roster_id, body.version, body.kept(calls.zone), actor))

    @api.delete("/rosters/{roster_id}", status_code=204)
    def delete_roster(roster_id: str, actor: CurrentActor) -> Response:
        """With its overrides and calendars."""
        with refusals():
            calls.rosters.delete(roster_id, actor)
        return Response(status_code=204)


def _add_duty(api: APIRouter, calls: RosterCalls) -> None:
    @api.get("/rosters/{roster_id}/shifts")
    def list_shifts(
        roster_id: str,
        _: CurrentActor,
        since: Annotated[When, Query(alias="from")],
        until: Annotated[When, Query(alias="to")],
    ) -> ShiftList:
        """Who serves between two instants, at most 92 days apart."""
        if not since < until <= since + LONGEST_SPAN:
            raise Problem(422, "bad_span", Label("时间范围须为 1 至 92 天", "Up to 92 days, the end after the start"))
        kept = calls.store.one(roster_id, since)
        if kept is None:
            raise not_found(Refused.UNKNOWN_ROSTER)
        names = calls.store.names(kept.roster.people)
        return ShiftList(items=[shift_view(shift, names) for shift in shifts(kept.roster, since, until)])

    @api.get("/on-duty")
    def on_duty(organisation: Annotated[str, Query(min_length=1, max_length=64)], at: When | None = None) -> OnDutyView:
        """Everybody on duty in an organisation, by default now, and why; and where its calls go while it is closed."""
        moment = at or calls.clock.now()
        found = calls.store.on_duty(organisation, moment)
        if found is None:
            raise Problem(404, Refused.UNKNOWN_ORGANISATION, Label("没有这个机构", "No such organisation"))
        return on_duty_view(found, moment)


def _add_overrides(api: APIRouter, calls: RosterCalls) -> None:
    @api.post("/rosters/{roster_id}/overrides", status_code=201)
    def override(roster_id: str, body: OverrideBody, actor: CurrentActor, key: Key = None) -> OverrideView:
        """Somebody comes, goes, or stands in for somebody, between two instants."""
        wanted = body.override()
        if wanted is None:
            raise override_incomplete()
        with refusals():
            return override_view(calls.duty.override(roster_id, wanted, body.reason, actor, key))

    @api.delete("/rosters/{roster_id}/overrides/{override_id}", status_code=204)
    def undo(roster_id: str, override_id: str, actor: CurrentActor) -> Response:
        """Take it back; of a swap both halves."""
        with refusals():
            calls.duty.undo(roster_id, override_id, actor)
        return Response(status_code=204)

    @api.post("/rosters/{roster_id}/swaps", status_code=201)
    def swap(roster_id: str, body: SwapBody, actor: CurrentActor, key: Key = None) -> OverrideList:
        """Two people change their duties: both halves or none, and never fewer on duty than before."""
        with refusals():
            made = calls.duty.swap(roster_id, body.first.given(), body.second.given(), body.reason, actor, key)
            return OverrideList(items=[override_view(each) for each in made])


def _kept(calls: RosterCalls, roster_id: str) -> KeptRoster:
    kept = calls.store.one(roster_id, calls.clock.now())
    if kept is None:
        raise not_found(Refused.UNKNOWN_ROSTER)
    return kept


def _view(calls: RosterCalls, kept: KeptRoster) -> RosterView:
    overrides = calls.store.overrides(kept.roster.id, calls.clock.now())
    named = kept.roster.people | {each.override.replaced for each in overrides if each.override.replaced is not None}
    return roster_view(kept, overrides, calls.store.names(named))
