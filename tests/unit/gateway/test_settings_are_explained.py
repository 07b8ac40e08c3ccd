"""Each setting stands in config/gateway.toml with the same default and a comment in both languages."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from gateway.command_line import main
from gateway.core.lanes import LaneName
from gateway.settings import Settings

FILE = Path(__file__).resolve().parents[3] / "config" / "gateway.toml"


def test_file_and_class_agree() -> None:
    defaults = {name: field.get_default() for name, field in Settings.model_fields.items()}
    written = tomllib.loads(FILE.read_text(encoding="utf-8"))
    assert written == {name: str(value) if isinstance(value, Path) else value for name, value in defaults.items()}


def test_every_group_of_keys_has_both_languages() -> None:
    for block in FILE.read_text(encoding="utf-8").split("\n\n"):
        comments = "".join(line for line in block.splitlines() if line.startswith("#"))
        assert re.search(r"[\u4e00-\u9fff]", comments), block
        assert re.search(r"[A-Za-z]{4}", comments), block


def test_environment_wins(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CARE_GATEWAY_BROKER_PORT", "18830")
    assert main(["settings"]) == 0
    shown = tomllib.loads(capsys.readouterr().out)
    assert shown["broker_port"] == 18830
    assert json.dumps(shown)


def test_accounts_and_secrets_follow_the_gateways_id() -> None:
    settings = Settings(gateway="gw2")
    assert settings.account(LaneName.EMERGENCY) == "gw2.events"
    assert settings.password_path(LaneName.TELEMETRY) == Path("var/secrets/gw2.telemetry.password")
    assert settings.token_path() == Path("var/secrets/gw2.token")


def test_id_that_no_health_report_can_carry_is_refused() -> None:
    """The backend knows components in small letters only; a lane under another name would be invisible."""
    with pytest.raises(ValueError, match="gateway"):
        Settings(gateway="GW2")


def test_wrong_setting_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARE_GATEWAY_BATCH_MAX_ITEMS", "501")
    assert main(["--lane", "emergency"]) == 2
