"""Which lane carries what: subscriptions, accounts, components, claims."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contract.topics import Channel, canary_topic, subscription
from contract.vocabulary import Lane
from gateway.core.ports import Kind

FIRST_GATEWAY: Final = "gw1"
"""The id of a gateway that was given none."""
DROPPED_TOPIC: Final = "$SYS/broker/publish/messages/dropped"
"""What the broker counts of messages it threw away."""
STORED_TOPIC: Final = "$SYS/broker/store/messages/count"
"""How many messages wait at the broker, retained ones included."""


class LaneName(StrEnum):
    """The two processes of a gateway."""

    EMERGENCY = "emergency"
    TELEMETRY = "telemetry"


@dataclass(frozen=True, slots=True)
class LanePlan:
    """What one lane process does. `account` follows the gateway's id and a dot."""

    name: LaneName
    kinds: tuple[Kind, ...]
    account: str
    command_lane: Lane
    watches_broker: bool

    def component(self, gateway: str) -> str:
        """Its name in health reports; two gateways are two components, or the live one would hide the dead one."""
        return f"gateway-{self.name}" if gateway == FIRST_GATEWAY else f"gateway-{self.name}.{gateway}"

    def username(self, gateway: str) -> str:
        """Its account at the broker."""
        return f"{gateway}.{self.account}"

    def subscriptions(self, username: str) -> list[tuple[str, int]]:
        """Topic filters with their QoS. The canary is QoS 0: no full window of unacknowledged messages stops it."""
        filters = [(subscription(Channel(kind)), 1) for kind in self.kinds]
        filters.append((canary_topic(username), 0))
        if self.watches_broker:
            filters += [(DROPPED_TOPIC, 0), (STORED_TOPIC, 0)]
        return filters


PLANS: Final[dict[LaneName, LanePlan]] = {
    LaneName.EMERGENCY: LanePlan(LaneName.EMERGENCY, (Kind.EVENT,), "events", Lane.EMERGENCY, watches_broker=True),
    LaneName.TELEMETRY: LanePlan(
        LaneName.TELEMETRY,
        (Kind.TELEMETRY, Kind.STATUS, Kind.RESULT),
        "telemetry",
        Lane.ROUTINE,
        watches_broker=False,
    ),
}


_KINDS: Final[dict[str, Kind]] = {str(kind): kind for kind in Kind}


def kind_of(topic: str) -> Kind | None:
    """The kind that a topic's last level names, whoever stands before it."""
    last = topic.rpartition("/")[2]
    return _KINDS.get(last)
