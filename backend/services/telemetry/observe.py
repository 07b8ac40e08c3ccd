"""What the rules make of a batch that was just stored: mostly nothing, now and then a finding raised or cleared.

The readings are those that the batch made into points and latest values; a finding is committed before the gateway is
answered, so a batch that comes again finds its work done. When a device was last heard stands in its status
(`DeviceStateStore`), for whoever watches over silence.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import structlog

from backend.domain.rules.threshold import Observation, Rule, RuleReason, RuleState, decide
from backend.services.telemetry.ports import Clock, DeviceReading, TelemetryStore

log = structlog.get_logger()
Key = tuple[str, str]
"""Device and rule."""


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """A finding that was raised or cleared: by which rule, of which device, because of what."""

    device_id: str
    rule: str
    outcome: RuleReason
    observation: Observation
    recorded_at: datetime


class Findings(Protocol):
    """How each rule stands for each device, and what it came to."""

    def states(self, device_ids: Collection[str]) -> Mapping[Key, RuleState]:
        """Of these devices; a rule that was never raised for a device is left out."""
        ...

    def record(self, outcome: RuleOutcome) -> bool:
        """The new state and the outcome together, durably. False: it stood so already, or something newer does."""
        ...


@dataclass(frozen=True, slots=True)
class Observe:
    """Looks at what was stored. `told` hears rule and outcome of each finding that changed.

    Raises what `Findings` raises: then the batch comes again, and nothing of it is done twice.
    """

    rules: Sequence[Rule]
    findings: Findings
    store: TelemetryStore
    clock: Clock
    told: Callable[[str, str], None]

    def __call__(self, readings: Iterable[DeviceReading]) -> None:
        """`readings`: just written to the store."""
        watched = {rule.metric for rule in self.rules}
        newest: dict[Key, DeviceReading] = {}
        for reading in readings:
            if reading.metric in watched:
                key = (reading.device_id, reading.metric)
                if key not in newest or reading.rank >= newest[key].rank:
                    newest[key] = reading
        if not newest:
            return
        states = self.findings.states({device_id for device_id, _ in newest})
        for reading in newest.values():
            for rule in self.rules:
                if rule.metric == reading.metric:
                    self._judge(rule, states.get((reading.device_id, rule.code)), reading)

    def _judge(self, rule: Rule, state: RuleState | None, reading: DeviceReading) -> None:
        if decide(rule, state, observation(reading))[1] is state:
            return
        # Rarely as far as here, so only here it is asked whether something newer is known: a late one is not news.
        latest = next((one for one in self.store.latest(reading.device_id) if one.metric == rule.metric), None)
        if latest is None:
            return
        seen = observation(latest)
        reason, after = decide(rule, state, seen)
        if after is state:
            return
        if self.findings.record(RuleOutcome(reading.device_id, rule.code, reason, seen, self.clock.now())):
            log.info("rule_outcome", device_id=reading.device_id, rule=rule.code, outcome=str(reason))
            self.told(rule.code, str(reason))


def observation(reading: DeviceReading) -> Observation:
    """The reading as rules see it: a clock that runs ahead counts by the time of receipt."""
    at = min(datetime.fromtimestamp(reading.at, UTC), reading.received_at)
    return Observation(reading.device_id, reading.metric, at, float(reading.value))
