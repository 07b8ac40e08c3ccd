"""Where readings are kept, as the settings say: the embedded file or InfluxDB, and what belongs to each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from backend.adapters.clock import SystemClock
from backend.adapters.telemetry.database import TelemetryDatabase
from backend.adapters.telemetry.device_states import SqliteDeviceStates
from backend.adapters.telemetry.influx.address import Address
from backend.adapters.telemetry.influx.store import InfluxOptions, InfluxTelemetryStore
from backend.adapters.telemetry.left_backlog import LeftBacklog
from backend.adapters.telemetry.sqlite import SqliteTelemetryStore
from backend.services.health.metrics import TelemetryBacklog
from backend.services.telemetry.forget_device import Forgets, StoreForgets
from backend.services.telemetry.ports import TelemetryStore
from backend.services.telemetry.retention import Retention
from backend.settings import Settings


def retention_of(settings: Settings) -> Retention:
    """How long each kind is kept."""
    return Retention(
        raw=timedelta(days=settings.telemetry_raw_days),
        minutes=timedelta(days=settings.telemetry_minute_days),
        hours=timedelta(days=settings.telemetry_hour_days),
    )


def influx_options(settings: Settings) -> InfluxOptions:
    """How InfluxDB is reached, and where readings wait for it."""
    address = Address(
        settings.influx_url, settings.influx_org, settings.influx_token_file, settings.influx_timeout_seconds
    )
    return InfluxOptions(
        address,
        settings.influx_backlog_path,
        settings.influx_bucket_prefix,
        settings.influx_backlog_max_bytes,
        retention_of(settings),
    )


class ChosenTelemetry:
    """The store in force and the devices' statuses, which stay in the file of this machine with either store.

    `roll_up`: makes roll-ups of hours that are over, None where the server does; `backlog`: what waits on disk.
    `left`: the file of before a switch to InfluxDB, in which readings expire as well.
    `erasable`: every place of this machine and the server that holds something of devices, in use or left behind.
    """

    def __init__(self, settings: Settings, clock: SystemClock) -> None:
        database = TelemetryDatabase(settings.telemetry_path)
        self.states = SqliteDeviceStates(database)
        self.retention = retention_of(settings)
        self.store: TelemetryStore
        self.roll_up: Callable[[float], int] | None = None
        self.backlog: Callable[[], TelemetryBacklog] | None = None
        self.left: TelemetryStore | None = None
        self._influx: InfluxTelemetryStore | None = None
        if settings.telemetry_store == "influx":
            self.store = self._influx = InfluxTelemetryStore(influx_options(settings), clock, clock.monotonic)
            self.backlog = _figures(self._influx)
            # The file of before the switch: its readings are as much a person's as those at the server.
            self.left = SqliteTelemetryStore(database, clock.monotonic, self.retention)
            left: Forgets = StoreForgets(self.left)
        else:
            embedded = SqliteTelemetryStore(database, clock.monotonic, self.retention)
            self.store, self.roll_up = embedded, embedded.roll_up
            left = LeftBacklog(settings.influx_backlog_path)
        self.erasable: Sequence[Forgets] = (left, self.states, StoreForgets(self.store))

    def start(self, *, sends: bool) -> None:
        """`sends`: this process hands what waits to the server; another only asks."""
        if self._influx is not None and sends:
            self._influx.start()

    def stop(self) -> None:
        """Let go of the server; what waits stays on disk."""
        if self._influx is not None:
            self._influx.stop()


def _figures(store: InfluxTelemetryStore) -> Callable[[], TelemetryBacklog]:
    def backlog() -> TelemetryBacklog:
        found = store.figures()
        return TelemetryBacklog(found.waiting, found.oldest_seconds, found.quarantined, found.expired)

    return backlog
