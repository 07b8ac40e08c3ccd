"""What a person is told when everything runs: address, log-in, how to press a button, how to stop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from launcher.files import write_secret
from launcher.places import Places
from launcher.settings import LauncherSettings
from launcher.voice import Voice


def show_welcome(places: Places, settings: LauncherSettings, voice: Voice, seconds: float) -> None:
    """Passwords are shown once, at the first start; later only the file that holds them is named."""
    voice.say("ready", "bold green", address=f"http://127.0.0.1:{settings.http_port}/", seconds=round(seconds, 1))
    for accounts in (places.secrets / "demo-accounts.json", places.secrets / "first-account.json"):
        if accounts.exists():
            _show_accounts(accounts, voice)
    if settings.influx_url:
        voice.say("store_is_influx", url=settings.influx_url)
    voice.say("how_to_press")
    voice.say("how_to_stop")


def _show_accounts(accounts: Path, voice: Voice) -> None:
    shown = accounts.with_suffix(".shown")
    if shown.exists():
        voice.say("accounts_in", path=accounts)
        return
    voice.say("accounts_first", path=accounts)
    for row in account_rows(json.loads(accounts.read_text())):
        voice.say("account", **row)
    write_secret(shown, "")


def account_rows(found: Any) -> list[dict[str, str]]:
    """Rows of username, password and role, of whichever of the two shapes the file has."""
    rows = found["accounts"] if isinstance(found, dict) else found
    return [{"username": row["username"], "password": row["password"], "role": row.get("role", "")} for row in rows]
