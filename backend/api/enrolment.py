"""Devices in numbers: a spreadsheet taken in, and labels to print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from backend.api.homes import said
from backend.api.security import CurrentActor
from backend.api.sheets import DryRun, ImportView, Upload, import_answer
from backend.services.registry.import_devices import ImportDevices
from backend.services.registry.print_labels import Label, PrintLabels

MAX_LABELS: Final = 240
"""Ten pages."""


@dataclass(frozen=True, slots=True)
class EnrolmentCalls:
    """What the router needs. `sheet`: labels as a PDF."""

    take_in: ImportDevices
    labels: PrintLabels
    sheet: Callable[[Sequence[Label]], bytes]


def router(calls: EnrolmentCalls) -> APIRouter:
    """`/devices/import` and `/devices/labels`; before `/devices/{device_id}`, which would take their names."""
    api = APIRouter(prefix="/devices", tags=["devices"])

    @api.post("/import")
    def take_in(file: Upload, actor: CurrentActor, dry_run: DryRun = False) -> ImportView:
        """Devices from CSV or XLSX, with their homes and residents; nothing where a row is wrong.

        The same file again changes nothing, and does the rest where it was broken off.

        A new device has no secret: it claims one with the code on its label, or is given one by enrolling it again.
        """
        return said(lambda: import_answer(lambda content: calls.take_in(content, actor, dry_run=dry_run), file))

    @api.get("/labels", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
    def labels(
        ids: Annotated[list[Annotated[str, Query(max_length=63)]], Query(min_length=1, max_length=MAX_LABELS)],
    ) -> Response:
        """An A4 sheet of labels. What a device claims by is shown only while it has never been claimed."""
        content = calls.sheet(said(lambda: calls.labels(ids)))
        headers = {"Content-Disposition": 'attachment; filename="labels.pdf"', "Cache-Control": "no-store"}
        return Response(content, media_type="application/pdf", headers=headers)

    return api
