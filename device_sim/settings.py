"""Which settings the simulator has, where they come from, and how they are shown."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

FILE_NAME: Final = "sim.toml"


class Settings(BaseSettings):
    """`config/sim.toml`, overridden by `CARE_SIM_…`. Each key is explained in that file, in both languages."""

    model_config = SettingsConfigDict(env_prefix="CARE_SIM_", env_nested_delimiter="__", extra="forbid", frozen=True)

    broker_host: str = "127.0.0.1"
    broker_port: int = Field(default=1883, ge=1, le=65535)
    broker_tls: bool = False
    broker_ca_file: str = ""
    backend_url: str = "http://127.0.0.1:8080"
    token_file: Path = Path("var/secrets/sim.token")
    fleet_file: Path = Path("var/sim/fleet.json")
    ledger_file: Path = Path("var/sim/ledger.jsonl")
    control_socket: Path = Path("var/run/sim.sock")
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(default=0, ge=0, le=65535)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    terminals: int = Field(default=24, ge=0, le=20_000)
    sensors: int = Field(default=12, ge=0, le=20_000)
    seed: int = 1
    keepalive_seconds: int = Field(default=30, ge=10, le=120)
    session_expiry_seconds: int = Field(default=7 * 86400, ge=0, le=2**32 - 1)
    will_delay_seconds: int = Field(default=30, ge=0, le=3600)
    heartbeat_seconds: float = Field(default=60, gt=0)
    telemetry_seconds: float = Field(default=60, gt=0)
    spontaneous_presses_per_hour: float = Field(default=0, ge=0)
    connects_per_second: float = Field(default=20, gt=0)
    reconnect_seconds: float = Field(default=60, gt=0)
    reconnect_pressed_seconds: float = Field(default=5, gt=0)
    enrol_retry_seconds: float = Field(default=2, gt=0)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - no .env file: two places are enough
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=config_file())


def config_file() -> Path:
    """The file that is read: `CARE_CONFIG_DIR` (default `config`) / sim.toml."""
    return Path(os.environ.get("CARE_CONFIG_DIR", "config")) / FILE_NAME


def as_toml(settings: Settings) -> str:
    """The effective settings as TOML. None of them is a secret: secrets are named by the path of their file."""
    values = json.loads(settings.model_dump_json())
    # A JSON string, number or boolean is the same in TOML.
    return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())
