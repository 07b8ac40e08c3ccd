"""`./care telemetry migrate`: which InfluxDB the readings go to; the backend does the copying."""

from __future__ import annotations

import os
from collections.abc import Mapping

from launcher.children import influx_environment
from launcher.credentials import INFLUX_TOKEN_VARIABLE, ensure_influx_token
from launcher.exits import Exit
from launcher.places import Places
from launcher.record import running_settings
from launcher.settings import LauncherSettings
from launcher.shell import Stop
from launcher.texts import text


def migration_environment(places: Places, options: Mapping[str, str]) -> dict[str, str]:
    """What the backend is told: the options, else what runs here, else `config/launcher.toml`, else its own settings.

    Raises `Stop` where the token is missing.
    """
    running = running_settings(places).model_dump()
    settings = LauncherSettings(**{**running, **options})
    if options and not settings.influx_url:
        raise Stop(text("influx_no_url"), Exit.USAGE)
    told = influx_environment(settings)
    if not running["influx_url"]:
        # An option names the target; which store is in use, and may not be emptied, only the settings say.
        told.pop("CARE_BACKEND_TELEMETRY_STORE", None)
    if told and not ensure_influx_token(places.root / settings.influx_token_file, os.environ):
        path = places.root / settings.influx_token_file
        raise Stop(text("influx_no_token", path=path, variable=INFLUX_TOKEN_VARIABLE), Exit.MISSING)
    return {**os.environ, **told}
