"""How the fleet gets its credentials: `POST /api/v1/devices`, only what the fleet file lacks, however long it takes."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from enum import StrEnum
from typing import Any, Final

import httpx2
import msgspec
import structlog

from device_sim.adapters.fleet_file import Enrolled, Fleet
from device_sim.model.fleet import Planned

BATCH: Final = 12
"""Devices a call: small, so that the first of them are there at once and progress is seen."""
_log = structlog.get_logger("device_sim.enrolment")


class _Item(msgspec.Struct, kw_only=True):
    device_id: str
    secret: str
    home_id: str | None = None


class _Answer(msgspec.Struct, kw_only=True):
    items: list[_Item]


class Away(StrEnum):
    """Why the backend could not be asked; each is waited out."""

    UNREACHABLE = "unreachable"
    BUSY = "busy"
    FAULTY = "faulty"


class EnrolmentRefused(Exception):  # noqa: N818 - an answer, not a fault
    """The backend has said no: waiting will not help."""


class Enrolment:
    """Enrols the planned devices at one backend."""

    def __init__(self, backend_url: str, token: str, retry_seconds: float = 2.0) -> None:
        self._url = f"{backend_url.rstrip('/')}/api/v1/devices"
        self._token = token
        self._retry_seconds = retry_seconds
        self._away: Away | None = None

    async def enrol(self, fleet: Fleet, planned: Sequence[Planned]) -> AsyncIterator[list[Enrolled]]:
        """Yield the devices of `planned` that `fleet` lacks, batch by batch; the caller saves each batch.

        Terminals come before sensors in `planned`, so that a sensor finds the home of its terminal.
        Raises `EnrolmentRefused`.
        """
        known = {device.key for device in fleet.devices}
        missing = [device for device in planned if device.key not in known]
        homes = {device.key: device.home_id for device in fleet.devices}
        done = 0
        async with httpx2.AsyncClient(timeout=10, trust_env=False) as http:
            for batch in _batches(missing):
                enrolled = await self._batch(http, fleet.installation, batch, homes)
                homes.update({device.key: device.home_id for device in enrolled})
                done += len(enrolled)
                _log.info("enrolled", done=done, of=len(missing))
                yield enrolled

    async def _batch(
        self, http: httpx2.AsyncClient, installation: str, batch: Sequence[Planned], homes: dict[str, str | None]
    ) -> list[Enrolled]:
        body = msgspec.json.encode({"items": [_wanted(device, homes) for device in batch]})
        # The key follows from the content: an answer lost on the way is asked for again, not enrolled twice.
        key = f"sim-{installation}-{hashlib.sha256(body).hexdigest()[:32]}"
        while True:
            items = await self._ask(http, body, key)
            if items is not None:
                break
            await asyncio.sleep(self._retry_seconds)
        if len(items) != len(batch):
            raise EnrolmentRefused(f"{len(items)} credentials for {len(batch)} devices")
        return [_enrolled(device, item) for device, item in zip(batch, items, strict=True)]

    async def _ask(self, http: httpx2.AsyncClient, body: bytes, key: str) -> list[_Item] | None:
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        try:
            response = await http.post(self._url, content=body, headers=headers)
        except httpx2.TransportError:
            self._wait(Away.UNREACHABLE)
            return None
        if response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
            self._wait(Away.BUSY)
            return None
        if response.status_code >= 500:
            self._wait(Away.FAULTY)
            return None
        if response.status_code not in (200, 201):
            raise EnrolmentRefused(f"{response.status_code}: {response.text[:300]}")
        try:
            answer = msgspec.json.decode(response.content, type=_Answer)
        except msgspec.DecodeError as error:
            raise EnrolmentRefused(f"unreadable answer: {error}") from None
        if self._away is not None:
            self._away = None
            _log.info("backend_back")
        return answer.items

    def _wait(self, away: Away) -> None:
        if self._away is not away:  # once when it is lost, not at every try
            self._away = away
            _log.warning("backend_away", reason=away, retry_seconds=self._retry_seconds)


def _batches(devices: Sequence[Planned]) -> Iterator[Sequence[Planned]]:
    """Of one kind each: a sensor's home must be known before the sensor is asked for."""
    for kind in dict.fromkeys(device.kind for device in devices):
        alike = [device for device in devices if device.kind == kind]
        for start in range(0, len(alike), BATCH):
            yield alike[start : start + BATCH]


def _wanted(device: Planned, homes: dict[str, str | None]) -> dict[str, Any]:
    item: dict[str, Any] = {"kind": device.kind, "room": device.room, "synthetic": True}
    home_id = homes.get(device.home_of) if device.home_of else None
    return {**item, "home_id": home_id} if home_id else {**item, "home": device.home}


def _enrolled(device: Planned, item: _Item) -> Enrolled:
    return Enrolled(
        key=device.key,
        device_id=item.device_id,
        secret=item.secret,
        kind=device.kind,
        label=device.home["label"],
        home_id=item.home_id,
    )
