"""Which settings the backend has, where they come from, and how they are shown without their secrets."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

FILE_NAME: Final = "backend.toml"
RoleName = Literal["operator", "technician", "administrator", "manager", "responder", "auditor", "family"]
_OTP_REQUIRED_FOR: Final[tuple[RoleName, ...]] = ("administrator",)
_PLACE: Final = rf"^({'|'.join(get_args(RoleName))})(@[A-Za-z0-9][A-Za-z0-9_-]{{0,63}})?$"
_SECRET_QUERY: Final = re.compile(r"(?i)(password|passfile|sslpassword|sslkey)=[^&]*")


class Settings(BaseSettings):
    """`config/backend.toml`, overridden by `CARE_BACKEND_…`. Each key is explained in that file, in both languages."""

    model_config = SettingsConfigDict(
        env_prefix="CARE_BACKEND_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    trusted_proxies: str = ""
    database_url: str = "sqlite:///var/backend/care.sqlite"
    database_pool_size: int = Field(default=10, ge=1, le=200)
    telemetry_store: Literal["embedded", "influx"] = "embedded"
    telemetry_path: Path = Path("var/backend/telemetry.sqlite")
    telemetry_raw_days: int = Field(default=90, ge=1, le=36500)
    telemetry_minute_days: int = Field(default=365, ge=1, le=36500)
    telemetry_hour_days: int = Field(default=1825, ge=1, le=36500)
    time_zone: str = "Asia/Shanghai"
    influx_url: str = "http://127.0.0.1:8086"
    influx_org: str = "care"
    influx_bucket_prefix: str = Field(default="care", pattern=r"^[A-Za-z][A-Za-z0-9-]{0,30}$")
    influx_token_file: Path = Path("var/secrets/influx.token")
    influx_timeout_seconds: float = Field(default=10.0, ge=0.1, le=120)
    influx_backlog_path: Path = Path("var/backend/influx-backlog.sqlite")
    influx_backlog_max_bytes: int = Field(default=2_000_000_000, ge=1_000_000)
    console_dir: Path = Path("var/console")
    locale: Literal["zh-CN", "en"] = "zh-CN"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    service_accounts_file: Path = Path("var/secrets/service-accounts.json")
    broker_accounts_file: Path = Path("var/broker/accounts")
    broker_passwd_file: Path = Path("var/broker/passwd")
    broker_access: Literal["files", "dynsec", "http"] = "files"
    broker_host: str = "127.0.0.1"
    broker_port: int = Field(default=1883, ge=1, le=65535)
    broker_tls: bool = False
    broker_ca_file: str = ""
    broker_account: str = Field(default="backend.access", pattern=r"^[A-Za-z0-9_-]+\.[A-Za-z0-9._-]+$")
    broker_password_file: Path = Path("var/secrets/backend.access.password")
    enrol_key_file: Path = Path("var/secrets/enrol.key")
    demo: bool = False
    demo_accounts_file: Path = Path("var/secrets/demo-accounts.json")
    first_account_file: Path = Path("var/secrets/first-account.json")
    secure_cookie: bool = False
    session_idle_minutes: int = Field(default=720, ge=30, le=10080)
    session_days: int = Field(default=7, ge=1, le=90)
    one_time_password_hours: int = Field(default=72, ge=1, le=720)
    password_min_length: int = Field(default=12, ge=8, le=64)
    breached_passwords_file: str = ""
    otp_required_for: list[RoleName] = Field(default_factory=lambda: list(_OTP_REQUIRED_FOR))
    identity_key_file: Path = Path("var/secrets/identity.key")
    oidc_issuer: str = Field(default="", pattern=r"^(https?://[^\s?#]+)?$")
    oidc_client_id: str = ""
    oidc_client_secret_file: str = ""
    oidc_role_claim: str = "roles"
    oidc_roles: dict[str, Annotated[str, Field(pattern=_PLACE)]] = Field(default_factory=dict)
    stream_poll_ms: int = Field(default=20, ge=5, le=1000)
    auditor_heartbeat_url: str = ""
    command_lease_seconds: int = Field(default=10, ge=1, le=300)
    public_url: str = Field(default="", pattern=r"^(https?://[^\s/]+/?)?$")
    answer_key_file: Path = Path("var/secrets/answer.key")
    closed_alert_days: int = Field(default=1095, ge=30, le=36500)
    delivery_log_days: int = Field(default=730, ge=30, le=36500)
    incoming_call_days: int = Field(default=180, ge=1, le=36500)
    seal_key_file: Path = Path("var/secrets/seal.key")
    evidence_key_file: Path = Path("var/secrets/evidence.key")
    map_url: str = "https://uri.amap.com/marker?position={longitude},{latitude}&coordinate=wgs84"
    lone_worker_minutes: int = Field(default=20, ge=2, le=240)

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, value: str) -> str:
        # The value stays out of the message: it may hold a password.
        try:
            url = make_url(value)
        except ArgumentError:
            raise ValueError("not a database URL") from None
        if url.get_backend_name() not in ("sqlite", "postgresql"):
            raise ValueError("sqlite:///path or postgresql://user@host/name")
        if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
            raise ValueError("SQLite needs a file: memory forgets presses")
        return value

    @field_validator("influx_url")
    @classmethod
    def _is_a_plain_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("http://host:port or https://host:port")
        if parts.username or parts.password:
            raise ValueError("the token stands in influx_token_file, never in the URL")
        return value.rstrip("/")

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("a name of the IANA time zones, such as Asia/Shanghai") from None
        return value

    @model_validator(mode="after")
    def _coarser_is_kept_longer(self) -> Self:
        if not self.telemetry_raw_days <= self.telemetry_minute_days <= self.telemetry_hour_days:
            raise ValueError("telemetry_raw_days <= telemetry_minute_days <= telemetry_hour_days")
        return self

    @model_validator(mode="after")
    def _provider_is_whole(self) -> Self:
        if self.oidc_issuer and not (self.oidc_client_id and self.public_url and self.oidc_roles):
            raise ValueError("oidc_issuer needs oidc_client_id, oidc_roles and public_url")
        return self

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
    """The file that is read: `CARE_CONFIG_DIR` (default `config`) / backend.toml."""
    return Path(os.environ.get("CARE_CONFIG_DIR", "config")) / FILE_NAME


def effective(settings: Settings) -> dict[str, Any]:
    """Every key with its value in force; passwords in URLs are masked. Secrets in files are shown as their path."""
    values: dict[str, Any] = json.loads(settings.model_dump_json())
    url = make_url(settings.database_url).render_as_string(hide_password=True)
    values["database_url"] = _SECRET_QUERY.sub(r"\1=***", url)
    return values


def as_toml(settings: Settings) -> str:
    """The effective settings as TOML."""
    # A JSON string, number or boolean is the same in TOML.
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in effective(settings).items()]
    return "\n".join(lines) + "\n"
