"""Deliveries, and how a device gets its own credential: it proves the secret of its label once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from backend.api.bodies import Answer, Body
from backend.api.device_request import Id, Key, Reason, Short
from backend.api.homes import said
from backend.api.problems import Problem
from backend.api.security import CurrentActor
from backend.services.registry.claim import ClaimDevice, ClaimRefusal, ClaimRefused, ReopenClaim
from backend.services.registry.plan_devices import NewClaim
from backend.services.registry.register_batch import LONGEST_ID, Delivery, RegisterBatch
from contract.topics import LOBBY_PREFIX
from contract.vocabulary import Label

PUBLIC: Final = ("POST", "/api/v1/claims")
_TITLES: Final[dict[ClaimRefusal, tuple[int, Label]]] = {
    ClaimRefusal.WRONG: (401, Label("编号或密文不对", "Unknown device, or not its secret")),
    ClaimRefusal.CLAIMED_BEFORE: (
        409,
        Label("已认领过，请联系技术员重新开放", "Claimed before: a technician can reopen it"),
    ),
    ClaimRefusal.SHUT_OUT: (409, Label("设备已报废或账号已吊销", "The device is retired or revoked")),
    ClaimRefusal.TOO_MANY: (429, Label("尝试次数过多", "Too many attempts")),
}


class NewClaimItem(Body):
    """A device of the delivery. `claim_sha256`: of the maker's own secret; absent: the platform makes one."""

    device_id: Annotated[str, Field(max_length=LONGEST_ID, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
    kind: Literal["terminal", "sensor"]
    model: Short | None = None
    claim_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class NewBatch(Body):
    """A delivery, or more of one. `lobby`: each device may call before it is claimed, as `lobby-` and its id."""

    id: Id
    label: Short
    lobby: bool = True
    devices: Annotated[list[NewClaimItem], Field(min_length=1, max_length=500)]


class DeliveredView(Answer):
    """`claim_secret`: for the label, null where it is the maker's own."""

    device_id: str
    lobby_id: str | None
    claim_secret: str | None


class DeliveryView(Answer):
    """`lobby_secret`: of all lobby ids of the delivery. The same list again: the same answer."""

    id: str
    lobby_secret: str | None
    devices: list[DeliveredView]


class ClaimBody(Body):
    """What the device proves. Send an Idempotency-Key: if the answer is lost, the same request gives it again."""

    device_id: Annotated[str, Field(min_length=1, max_length=63)]
    claim_secret: Annotated[str, Field(min_length=1, max_length=128)]


class ClaimedView(Answer):
    """What it connects with: user name and client id are `device_id`. Shown once."""

    device_id: str
    secret: str


class ReopenBody(Body):
    """Why it may prove itself once more."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class ClaimCalls:
    """What the router needs."""

    register: RegisterBatch
    claim: ClaimDevice
    reopen: ReopenClaim


def is_public(method: str, path: str) -> bool:
    """A device that has no credential yet is a stranger: its secret is its proof."""
    return (method, path) == PUBLIC


def router(calls: ClaimCalls) -> APIRouter:
    """`/claim-batches` and `/claims`."""
    api = APIRouter(tags=["claims"])

    @api.post("/claim-batches", status_code=201)
    def register(body: NewBatch, actor: CurrentActor, response: Response) -> DeliveryView:
        """Register a delivery, all of the list or nothing."""
        response.headers["Cache-Control"] = "no-store"
        items = [NewClaim(one.device_id, body.id, one.kind, one.model, one.claim_sha256) for one in body.devices]
        wrong = [item.device_id for item in items if item.device_id.startswith(LOBBY_PREFIX)]
        ids = {item.device_id for item in items}
        if wrong or len(ids) < len(items):
            raise Problem(
                422,
                "bad_device_id",
                Label("编号重复，或以 lobby- 开头", "An id that stands twice, or begins with lobby-"),
                extras={"ids": wrong},
            )
        return _delivery(said(lambda: calls.register(body.id, body.label, items, actor, lobby=body.lobby)))

    @api.post("/claims", status_code=201)
    def claim(body: ClaimBody, request: Request, response: Response, key: Key = None) -> ClaimedView:
        """A device proves the secret of its label and gets a credential, once."""
        response.headers["Cache-Control"] = "no-store"
        address = request.client.host if request.client else ""
        try:
            made = said(lambda: calls.claim(body.device_id, body.claim_secret, address, key))
        except ClaimRefused as refused:
            raise _refused(refused) from None
        return ClaimedView(device_id=made.device_id, secret=made.secret)

    @api.post("/claims/{device_id}/reopen", status_code=204)
    def reopen(device_id: str, body: ReopenBody, actor: CurrentActor) -> None:
        """It may prove itself once more; the credential that it has goes on until then."""
        said(lambda: calls.reopen(device_id, body.reason, actor))

    return api


def _delivery(made: Delivery) -> DeliveryView:
    return DeliveryView(
        id=made.batch_id,
        lobby_secret=made.lobby_secret,
        devices=[
            DeliveredView(device_id=one.device_id, lobby_id=one.lobby_id, claim_secret=one.claim_secret)
            for one in made.devices
        ],
    )


def _refused(refused: ClaimRefused) -> Problem:
    status, title = _TITLES[refused.reason]
    if refused.retry_after is None:
        return Problem(status, refused.reason, title)
    seconds = max(1, math.ceil(refused.retry_after.total_seconds()))
    detail = Label(f"请在 {seconds} 秒后重试。", f"Try again in {seconds} s.")
    extras = {"retry_after_seconds": seconds}
    return Problem(status, refused.reason, title, detail, extras=extras, headers={"Retry-After": str(seconds)})
