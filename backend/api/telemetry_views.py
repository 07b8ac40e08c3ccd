"""How series and latest values are shown."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import Field

from backend.api.bodies import Answer, Moment
from backend.api.device_views import ReadingView
from backend.services.telemetry.homes import Place
from backend.services.telemetry.read_latest import PlaceNow
from backend.services.telemetry.read_series import Series
from contract.metrics import METRICS
from contract.times import EARLIEST, format_time, from_epoch
from contract.vocabulary import Label


class SeriesRowView(Answer):
    """A window from `start` on; where a gap begins, the values are null and `count` is 0. Booleans count as 0 and 1."""

    start: Moment
    low: float | None
    mean: float | None
    high: float | None
    count: int


class SeriesView(Answer):
    """One metric of one device. `unit`: the SenML unit, "" for none; `label` by language.

    `gap_seconds`: so long without a reading is a gap; null where there are too few readings to say.
    """

    device_id: str
    room: str | None
    metric: str
    label: dict[str, str]
    unit: str
    window_seconds: int
    gap_seconds: float | None
    rows: list[SeriesRowView]


class PersonTelemetry(Answer):
    """The curves of the home of a resident. `shared_with`: ids of those who live there as well."""

    resident_id: str
    home_id: str
    shared_with: list[str]
    series: list[SeriesView]


class DeviceLatest(Answer):
    """A device with the newest reading of each metric."""

    device_id: str
    kind: str
    home_id: str | None
    home_label: str | None
    room: str | None
    readings: list[ReadingView]


class LatestPage(Answer):
    """By device id; `at` is when it was asked."""

    at: Moment
    items: list[DeviceLatest]


class ErasedDevice(Answer):
    """`deleted`: readings that the store counted; null: the store is away, and it is done when that is back."""

    device_id: str
    deleted: int | None


class ErasureAnswer(Answer):
    """Readings measured or received up to `until` are erased, and stay so if they come late."""

    request_id: str | None = Field(description="null: there was no device")
    until: Moment | None
    pending: bool
    items: list[ErasedDevice]


UNKNOWN: Final = Label("未知指标", "Unknown metric")


def series_view(place: Place, series: Series) -> SeriesView:
    """A series as it is shown."""
    metric = METRICS.get(series.metric)
    label = metric.label if metric else UNKNOWN
    return SeriesView(
        device_id=series.device_id,
        room=place.room,
        metric=series.metric,
        label={"zh-CN": label.zh, "en": label.en},
        unit=metric.unit if metric else "",
        window_seconds=series.seconds,
        gap_seconds=series.gap_seconds,
        rows=[
            SeriesRowView(
                start=from_epoch(row.start) or EARLIEST, low=row.low, mean=row.mean, high=row.high, count=row.count
            )
            for row in series.rows
        ],
    )


def latest_json(found: list[PlaceNow]) -> list[dict[str, object]]:
    """`DeviceLatest` of each, ready for JSON: thousands at once, and of our own making, so not validated again."""
    # The readings of a pack share their times: each is written out once.
    shown: dict[float, str | None] = {}
    received: dict[datetime, str] = {}
    return [
        {
            "device_id": now.place.device_id,
            "kind": now.place.kind,
            "home_id": now.place.home_id,
            "home_label": now.place.home_label,
            "room": now.place.room,
            "readings": [
                {
                    "metric": reading.metric,
                    "value": reading.value,
                    "unit": METRICS[reading.metric].unit if reading.metric in METRICS else "",
                    "at": _moment(reading.at, shown),
                    "received_at": received.get(reading.received_at)
                    or received.setdefault(reading.received_at, format_time(reading.received_at)),
                }
                for reading in now.readings
            ],
        }
        for now in found
    ]


def _moment(seconds: float, shown: dict[float, str | None]) -> str | None:
    if seconds not in shown:
        moment = from_epoch(seconds)
        shown[seconds] = None if moment is None else format_time(moment)
    return shown[seconds]
