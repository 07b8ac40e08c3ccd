"""Which settings a gateway has, where they come from, and how they are shown."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from gateway.core.lanes import FIRST_GATEWAY, PLANS, LaneName

FILE_NAME: Final = "gateway.toml"


class Settings(BaseSettings):
    """`config/gateway.toml`, overridden by `CARE_GATEWAY_…`. Each key is explained in that file, in both languages."""

    model_config = SettingsConfigDict(
        env_prefix="CARE_GATEWAY_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    gateway: str = Field(default=FIRST_GATEWAY, pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")
    broker_host: str = "127.0.0.1"
    broker_port: int = Field(default=1883, ge=1, le=65535)
    broker_tls: bool = False
    broker_ca_file: str = ""
    username: str = ""
    password_file: str = ""
    keepalive_seconds: int = Field(default=10, ge=5, le=60)
    receive_maximum_events: int = Field(default=100, ge=1, le=1000)
    receive_maximum_telemetry: int = Field(default=2000, ge=1, le=65535)
    backend_url: str = "http://127.0.0.1:8080"
    telemetry_backend_url: str = "http://127.0.0.1:8081"
    token_file: str = ""
    events_deadline_ms: int = Field(default=2000, ge=100, le=60_000)
    telemetry_deadline_ms: int = Field(default=10_000, ge=100, le=60_000)
    claim_wait_seconds: float = Field(default=2.0, ge=0, le=30)
    spool_dir: Path = Path("var/gateway")
    spool_max_bytes: int = Field(default=1_000_000_000, ge=0)
    spool_max_rows: int = Field(default=1_000_000, ge=0)
    inspection_max_bytes: int = Field(default=20_000_000, ge=100_000)
    events_batch_max_items: int = Field(default=50, ge=1, le=500)
    batch_max_items: int = Field(default=500, ge=1, le=500)
    batch_max_age_ms: int = Field(default=200, ge=0, le=10_000)
    prompt_max_age_ms: int = Field(default=20, ge=0, le=10_000)
    canary_seconds: float = Field(default=5.0, gt=0)
    canary_limit_seconds: float = Field(default=15.0, gt=0)
    health_seconds: float = Field(default=5.0, gt=0)
    broker_stored_alarm: int = Field(default=50_000, ge=1)
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(default=0, ge=0, le=65535)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

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

    def account(self, lane: LaneName) -> str:
        """The lane's username at the broker; `<gateway>.events` or `<gateway>.telemetry` unless it is set."""
        return self.username or PLANS[lane].username(self.gateway)

    def password_path(self, lane: LaneName) -> Path:
        return Path(self.password_file or f"var/secrets/{self.account(lane)}.password")

    def token_path(self) -> Path:
        return Path(self.token_file or f"var/secrets/{self.gateway}.token")


def config_file() -> Path:
    """The file that is read: `CARE_CONFIG_DIR` (default `config`) / gateway.toml."""
    return Path(os.environ.get("CARE_CONFIG_DIR", "config")) / FILE_NAME


def as_toml(settings: Settings) -> str:
    """The effective settings as TOML. No key holds a secret; the files that do are shown by their path."""
    values: dict[str, Any] = json.loads(settings.model_dump_json())
    # A JSON string, number or boolean is the same in TOML.
    return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())
