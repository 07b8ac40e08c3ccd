"""Which parts telemetry is made of: its calls for gateways and for people, and the ticks that keep it in order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import structlog
from fastapi import APIRouter
from sqlalchemy import Engine

from backend.adapters.clock import SystemClock
from backend.adapters.db.rules import SqlFindings
from backend.adapters.db.telemetry_devices import DeviceStates
from backend.adapters.db.telemetry_erasures import SqlErasures
from backend.adapters.db.telemetry_homes import TelemetryHomes
from backend.adapters.exports.child import ChildExports
from backend.adapters.rule_file import BadRule, load_rules
from backend.api import ingest_telemetry, telemetry, telemetry_privacy
from backend.domain.rules.threshold import Rule
from backend.services.alarm.hand_out_commands import RecordResult
from backend.services.health.metrics import Metrics
from backend.services.telemetry.erase_person import ErasePerson, FinishErasures
from backend.services.telemetry.observe import Observe
from backend.services.telemetry.read_device import ReadDevice
from backend.services.telemetry.read_latest import ReadLatest
from backend.services.telemetry.read_series import ReadSeries
from backend.services.telemetry.record_results import RecordResults
from backend.services.telemetry.record_status import RecordStatus
from backend.services.telemetry.record_telemetry import RecordTelemetry
from backend.services.telemetry.retention import Retain
from backend.settings import Settings, config_file
from backend.telemetry_store import ChosenTelemetry
from backend.workers.loop import Tick
from backend.workers.telemetry import (
    ERASE_SECONDS,
    RETAIN_SECONDS,
    ROLL_UP_SECONDS,
    SLOW_SECONDS,
    DueErasures,
    DueRollUps,
)

log = structlog.get_logger()


class TelemetryParts:
    """Made once per process; opens no store until it is used. `chosen` is the one that the settings ask for.

    Rules that cannot be read keep telemetry from starting (`BadRule`), but never the alerts.
    """

    def __init__(self, settings: Settings, engine: Engine, clock: SystemClock) -> None:
        self._settings = settings
        self._clock = clock
        self._devices = DeviceStates(engine)
        self._homes = TelemetryHomes(engine)
        self._erasures = SqlErasures(engine)
        self.chosen = ChosenTelemetry(settings, clock)
        self._findings = SqlFindings(engine)
        self._erasable = (*self.chosen.erasable, self._findings)
        self.read_device = ReadDevice(self.chosen.store, self.chosen.states, _shown_rules(), self._findings)

    def ingest_router(self, result: RecordResult, metrics: Metrics) -> APIRouter:
        """What gateways hand over."""
        store, states = self.chosen.store, self.chosen.states
        observe = Observe(load_rules(_rule_file()), self._findings, store, self._clock, metrics.ruled)
        return ingest_telemetry.router(
            ingest_telemetry.TelemetryCalls(
                RecordTelemetry(store, states, self._devices, self._clock, self._erasures, observe, metrics.unseen),
                RecordStatus(states, self._devices, self._clock, self._erasures),
                RecordResults(result),
                metrics.ingested,
            )
        )

    def staff_routers(self, new_id: Callable[[], str]) -> Iterator[APIRouter]:
        """Curves, latest values, exports, erasures."""
        store, homes = self.chosen.store, self._homes
        reads = telemetry.TelemetryReads(ReadSeries(store, self._clock), ReadLatest(store, homes), homes, self._clock)
        yield telemetry.router(reads)
        export = ChildExports([sys.executable, "-m", "backend.exporting"], self._settings.model_dump(mode="json"))
        erase = ErasePerson(self._erasable, homes, self._erasures, self._clock, new_id, self.chosen.states.newest)
        yield telemetry_privacy.router(telemetry_privacy.PrivacyCalls(homes, export, erase))

    def readings(self, resident_id: str) -> Iterator[bytes]:
        """All that was measured in the resident's home, as JSON lines."""
        household = self._homes.household(resident_id)
        export = ChildExports([sys.executable, "-m", "backend.exporting"], self._settings.model_dump(mode="json"))
        return export(household.places, "jsonl") if household is not None and household.places else iter(())

    def ticks(self) -> Iterator[Tick]:
        """For the process that takes telemetry in: it has a low priority, and the alerts' process nothing of this."""
        store, clock, roll_up = self.chosen.store, self._clock, self.chosen.roll_up
        if roll_up is not None:
            yield Tick("roll-ups", DueRollUps(roll_up, clock), seconds=ROLL_UP_SECONDS, deadline=SLOW_SECONDS)
        yield Tick("retention", Retain(store, clock), seconds=RETAIN_SECONDS, deadline=SLOW_SECONDS)
        if self.chosen.left is not None:
            yield Tick("retention-file", Retain(self.chosen.left, clock), seconds=RETAIN_SECONDS, deadline=SLOW_SECONDS)
        erasures = DueErasures(FinishErasures(self._erasable, self._erasures, clock))
        yield Tick("erasures", erasures, seconds=ERASE_SECONDS, deadline=SLOW_SECONDS)


def _rule_file() -> Path:
    return config_file().parent / "rules" / "telemetry.toml"


def _shown_rules() -> Sequence[Rule]:
    try:
        return load_rules(_rule_file())
    except BadRule as bad:
        log.error("rules_unusable", why=str(bad))
        return ()
