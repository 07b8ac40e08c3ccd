"""The launcher's settings: `config/launcher.toml`, overridden by `CARE_LAUNCHER_…`, overridden by options of `up`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from launcher.places import here


class LauncherSettings(BaseSettings):
    """Which programs `./care up` starts, and on which ports (all on loopback)."""

    model_config = SettingsConfigDict(env_prefix="CARE_LAUNCHER_", extra="forbid")

    broker_port: int = Field(default=1883, ge=1, le=65535)
    http_port: int = Field(default=8080, ge=1, le=65535)
    telemetry_http_port: int = Field(default=8081, ge=1, le=65535)
    emergency_metrics_port: int = Field(default=9101, ge=1, le=65535)
    telemetry_metrics_port: int = Field(default=9102, ge=1, le=65535)
    sim_metrics_port: int = Field(default=9103, ge=1, le=65535)
    launcher_metrics_port: int = Field(default=9104, ge=1, le=65535)
    broker_url: str = ""
    broker_access: Literal["auto", "dynsec", "files", "http"] = "auto"
    tls: bool = False
    tls_port: int = Field(default=8883, ge=1, le=65535)
    tls_address: str = Field(default="127.0.0.1", pattern=r"^[0-9A-Fa-f.:]+$")
    tls_names: str = Field(default="", pattern=r"^[A-Za-z0-9.:, _-]*$")
    certificate_port: int = Field(default=0, ge=0, le=65535)
    influx_url: str = ""
    influx_org: str = "care"
    influx_token_file: str = "var/secrets/influx.token"  # noqa: S105 - where it stands
    demo: bool = True
    simulator: bool = True
    ready_seconds: float = Field(default=60.0, gt=0)
    log_max_bytes: int = Field(default=10_000_000, ge=100_000)

    @field_validator("broker_url")
    @classmethod
    def _names_a_broker(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError("broker_url: mqtt://host:port or mqtts://host:port")
        if parts.username or parts.password:
            # One account for all would make one connection of them all (use_username_as_clientid), and a
            # password in an address ends up in logs and process lists.
            raise ValueError("broker_url: no user or password in it; each account has its file in var/secrets")
        return value

    @field_validator("influx_url")
    @classmethod
    def _names_an_influxdb(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("influx_url: http://host:port or https://host:port")
        if parts.username or parts.password:
            raise ValueError("influx_url: no user or password in it; the token has its file in var/secrets")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the base class names it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the base class names it
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, toml_file=config_folder() / "launcher.toml")
        return init_settings, env_settings, toml


def config_folder() -> Path:
    """`config` of this checkout, or what CARE_CONFIG_DIR names."""
    return here().root / os.environ.get("CARE_CONFIG_DIR", "config")


def broker_access(settings: LauncherSettings) -> str:
    """How the broker in use learns of accounts. By itself: our own by its plug-in, an external one by files."""
    if settings.broker_access != "auto":
        return settings.broker_access
    return "files" if settings.broker_url else "dynsec"


def broker_address(settings: LauncherSettings) -> tuple[str, int, bool]:
    """(host, port, tls) of the broker in use, ours or the external one. Ports by default: 1883, with TLS 8883."""
    if not settings.broker_url:
        return "127.0.0.1", settings.tls_port if settings.tls else settings.broker_port, settings.tls
    parts = urlsplit(settings.broker_url)
    tls = parts.scheme == "mqtts"
    return str(parts.hostname), parts.port or (8883 if tls else 1883), tls


def broker_authority(settings: LauncherSettings) -> str:
    """The file of whom to trust with the broker's certificate; empty: the system's authorities."""
    return str(here().tls / "ca.crt") if settings.tls and not settings.broker_url else ""
