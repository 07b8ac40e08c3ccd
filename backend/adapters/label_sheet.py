"""Labels for devices: an A4 page of 24, each with a code to read and the id in letters."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

import segno
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from backend.services.registry.print_labels import Label

FONT: Final = "STSong-Light"
"""Every PDF reader brings it along for simplified Chinese."""
COLUMNS: Final = 3
ROWS: Final = 8
WIDTH: Final = 70 * mm
HEIGHT: Final = 37.125 * mm
"""The sheet of 24 that stationers sell: 70 mm × 37 mm, without a border."""
CODE: Final = 29 * mm
GAP: Final = 4 * mm
QUIET: Final = 4
"""Modules of white around a code (ISO/IEC 18004)."""


def label_sheet(labels: Sequence[Label]) -> bytes:
    """The PDF. No labels: one empty page."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    page = Canvas(out, pagesize=A4, pageCompression=1)
    page.setTitle("设备标签 / Device labels")
    for number, label in enumerate(labels):
        place = number % (COLUMNS * ROWS)
        if number and place == 0:
            page.showPage()
        left = (place % COLUMNS) * WIDTH
        bottom = A4[1] - (place // COLUMNS + 1) * HEIGHT
        _draw(page, label, left, bottom)
    page.save()
    return out.getvalue()


def _draw(page: Any, label: Label, left: float, bottom: float) -> None:
    middle = bottom + HEIGHT / 2
    _code(page, label.uri, left + GAP, middle - CODE / 2)
    text = left + GAP + CODE + 2 * mm
    size = 11.0
    while size > 6 and pdfmetrics.stringWidth(label.device_id, "Helvetica-Bold", size) > left + WIDTH - text:
        size -= 0.5
    page.setFont("Helvetica-Bold", size)
    page.drawString(text, middle + 4 * mm, label.device_id)
    page.setFont(FONT, 8)
    page.drawString(text, middle - 1 * mm, (label.model or "")[:24])
    page.drawString(text, middle - 6 * mm, label.words[:24])


def _code(page: Any, uri: str, left: float, bottom: float) -> None:
    rows = [list(row) for row in segno.make_qr(uri, error="m").matrix]
    module = CODE / (len(rows) + 2 * QUIET)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                x = left + (across + QUIET) * module
                y = bottom + CODE - (down + QUIET + 1) * module
                page.rect(x, y, module, module, stroke=0, fill=1)
