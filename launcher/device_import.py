"""`./care device import`: a spreadsheet of devices, taken in whole or told row by row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from launcher.api import Backend
from launcher.credentials import token
from launcher.exits import Exit
from launcher.places import Places
from launcher.record import running_settings
from launcher.shell import Stop
from launcher.texts import language, text

PATH = "/api/v1/devices/import"
CALL_SECONDS = 120.0


def import_devices(places: Places, path: Path, dry_run: bool) -> tuple[dict[str, Any], Exit]:
    """What the file did, or would do, and the exit code: FAILED where a row is wrong. Stop when nothing answers."""
    settings = running_settings(places)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Stop(text("import_unreadable", path=path, why=error.strerror or ""), Exit.USAGE) from None
    try:
        backend = Backend(settings.http_port, token(places, "cli"))
    except FileNotFoundError:
        raise Stop(text("not_set_up"), Exit.MISSING) from None
    query = "?dry_run=true" if dry_run else ""
    status, body = backend.upload(PATH + query, path.name, content, CALL_SECONDS)
    if status == 0:
        raise Stop(text("no_backend", port=settings.http_port), Exit.UNREACHABLE)
    if "problems" not in body:
        reason = body.get("detail") or body.get("title") or ""
        raise Stop(text("import_refused", status=status, code=body.get("code", ""), detail=reason), Exit.FAILED)
    return body, Exit.FAILED if body["problems"] else Exit.OK


def told(report: dict[str, Any]) -> Iterator[str]:
    """The report in words: what is wrong row by row, then how many of what."""
    words = language()
    for one in report["problems"]:
        yield text(
            "import_problem",
            row=one["row"] or "-",
            column=one["column"] or "-",
            value=one["value"],
            what=one["what"][words],
            remedy=one["remedy"][words],
        )
    counts = {name: report[name] for name in ("created", "changed", "unchanged", "refused")}
    yield text("import_done" if report["applied"] else "import_not_done", **counts)
