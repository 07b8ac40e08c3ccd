"""What stands on the labels of devices: an id, and what a device proves itself by as long as it has never done so."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from backend.services.registry.claim_secret import ClaimSecrets, claim_uri, digest
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused

UNCLAIMED: Final = "扫码认领 Scan to claim"
PLAIN: Final = "一键呼叫 Emergency call"


@dataclass(frozen=True, slots=True)
class Label:
    """`uri`: what the code says. `words`: what a person reads."""

    device_id: str
    model: str | None
    uri: str
    words: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """What is known of a device for its label. `claim_sha256` None: it has nothing to prove itself by."""

    device_id: str
    model: str | None
    claim_sha256: str | None
    claimed: bool


class LabelReader(Protocol):
    """Reads, never writes."""

    def labelled(self, device_ids: Sequence[str]) -> Mapping[str, Labelled]:
        """Those of them that are registered, or stand in a delivery's list."""


@dataclass(frozen=True, slots=True)
class PrintLabels:
    """The use case."""

    reader: LabelReader
    secrets: ClaimSecrets

    def __call__(self, device_ids: Sequence[str]) -> list[Label]:
        """In the order of `device_ids`; raises `RegistryRefused` for one that nobody knows."""
        known = self.reader.labelled(device_ids)
        missing = [device_id for device_id in device_ids if device_id not in known]
        if missing:
            raise RegistryRefused(RegistryRefusal.UNKNOWN_DEVICE, missing)
        return [self._label(known[device_id]) for device_id in device_ids]

    def _label(self, device: Labelled) -> Label:
        secret = self.secrets.secret_of(device.device_id)
        # A maker's own secret is on the maker's label: we know its digest only.
        ours = device.claim_sha256 is not None and hmac.compare_digest(digest(secret), device.claim_sha256)
        shown = secret if ours and not device.claimed else None
        return Label(device.device_id, device.model, claim_uri(device.device_id, shown), UNCLAIMED if shown else PLAIN)
