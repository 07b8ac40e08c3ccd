"""Curves of devices and residents, and the latest values of a whole centre."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel

from backend.api.access import Sees
from backend.api.ingest_telemetry import telemetry_away
from backend.api.problems import Problem
from backend.api.telemetry_turns import Turns
from backend.api.telemetry_views import LatestPage, PersonTelemetry, SeriesView, latest_json, series_view
from backend.domain.access.sight import Sight
from backend.services.telemetry.homes import Homes, Place
from backend.services.telemetry.ports import Clock, TelemetryAway
from backend.services.telemetry.read_latest import ReadLatest
from backend.services.telemetry.read_series import ReadSeries
from contract.metrics import METRICS
from contract.times import format_time, is_plausible
from contract.vocabulary import Label

DAY: Final = timedelta(days=1)
MOST_IDS: Final = 200
"""Ids in one address: above that ask for all."""
From = Annotated[AwareDatetime | None, Query(alias="from", description="RFC 3339; default: a day before `to`")]
To = Annotated[AwareDatetime | None, Query(description="RFC 3339, not included; default: now")]
Ids = Annotated[list[Annotated[str, Query(max_length=64)]], Query(max_length=MOST_IDS)]


@dataclass(frozen=True, slots=True)
class TelemetryReads:
    """What the router needs, and what each call makes of it; runs in threads of telemetry's own."""

    series: ReadSeries
    latest: ReadLatest
    homes: Homes
    clock: Clock

    def of_device(self, device_id: str, metric: str, start: datetime | None, to: datetime | None) -> Response:
        """One curve."""
        place = place_of(self.homes, device_id)
        if metric not in METRICS:
            raise Problem(422, "unknown_metric", Label("没有这个指标", "No such metric"))
        span = self._span(start, to)
        with _or_away():
            return _shown(series_view(place, self.series(device_id, metric, *span)))

    def of_person(self, resident_id: str, start: datetime | None, to: datetime | None) -> Response:
        """Every curve of the home."""
        household = self.homes.household(resident_id)
        if household is None:
            raise unknown_resident()
        span = self._span(start, to)
        with _or_away():
            series = [
                series_view(place, found)
                for place in household.places
                for found in self.series.all_of(place.device_id, *span)
            ]
        return _shown(
            PersonTelemetry(
                resident_id=resident_id, home_id=household.home_id, shared_with=list(household.others), series=series
            )
        )

    def of_now(self, home_ids: list[str], device_ids: list[str], sight: Sight) -> Response:
        """Latest values; neither given: of every device that is seen."""
        with _or_away():
            found = self.latest(home_ids or None, device_ids or None, sight)
        page = {"at": format_time(self.clock.now()), "items": latest_json(found)}
        return Response(msgspec.json.encode(page), media_type="application/json")

    def _span(self, start: datetime | None, to: datetime | None) -> tuple[float, float]:
        end = to or self.clock.now()
        begin = start or end - DAY
        if not (is_plausible(begin) and is_plausible(end) and begin < end):
            raise Problem(422, "bad_span", Label("时间范围不对", "from lies before to, both between 1970 and 2199"))
        return begin.timestamp(), end.timestamp()


def router(calls: TelemetryReads) -> APIRouter:
    """`/devices/{id}/series`, `/residents/{id}/telemetry` and `/telemetry/latest` of the staff API."""
    api = APIRouter(tags=["telemetry"])
    turns = Turns()

    @api.get("/devices/{device_id}/series", response_model=SeriesView)
    async def device_series(
        device_id: str, metric: Annotated[str, Query(max_length=64)], start: From = None, to: To = None
    ) -> Response:
        """One metric in windows that suit the span; min, mean and max, and null rows where gaps begin."""
        return await turns(lambda: calls.of_device(device_id, metric, start, to))

    @api.get("/residents/{resident_id}/telemetry", response_model=PersonTelemetry)
    async def person_telemetry(resident_id: str, start: From = None, to: To = None) -> Response:
        """Every metric of every device in the resident's home."""
        return await turns(lambda: calls.of_person(resident_id, start, to))

    @api.get("/telemetry/latest", response_model=LatestPage)
    async def latest(
        sight: Sees,
        home_id: Ids = [],  # noqa: B006 - the names of the query
        device_id: Ids = [],  # noqa: B006
        all: bool = False,
    ) -> Response:
        """The latest values of devices, of homes, or with `all=true` of every device, in one answer."""
        if bool(home_id) + bool(device_id) + all != 1:
            raise Problem(
                422,
                "which_devices",
                Label("请指定住址、设备或全部之一", "Name one of home_id, device_id or all=true"),
            )
        return await turns(lambda: calls.of_now(home_id, device_id, sight))

    return api


@contextmanager
def _or_away() -> Iterator[None]:
    try:
        yield
    except TelemetryAway:
        raise telemetry_away() from None


def _shown(view: BaseModel) -> Response:
    # Written out in the call's own thread: rows by the thousand never hold up the loop that takes presses in.
    return Response(view.model_dump_json(by_alias=True), media_type="application/json")


def place_of(homes: Homes, device_id: str) -> Place:
    """Where the device stands; 404 where there is none."""
    for place in homes.places(device_ids=[device_id]):
        return place
    raise Problem(404, "unknown_device", Label("没有这台设备", "No such device"))


def unknown_resident() -> Problem:
    """404."""
    return Problem(404, "unknown_resident", Label("没有这位老人", "No such resident"))
