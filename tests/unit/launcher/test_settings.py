"""Where settings come from, and which are refused with words."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from launcher.settings import LauncherSettings, broker_address


def test_options_win_over_environment_and_environment_over_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARE_LAUNCHER_HTTP_PORT", "9000")
    assert LauncherSettings().http_port == 9000
    assert LauncherSettings(http_port=9001).http_port == 9001


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("", ("127.0.0.1", 1883, False)),
        ("mqtt://broker.test", ("broker.test", 1883, False)),
        ("mqtts://broker.test", ("broker.test", 8883, True)),
        ("mqtts://broker.test:1", ("broker.test", 1, True)),
    ],
)
def test_an_external_broker_is_one_setting(url: str, address: tuple[str, int, bool]) -> None:
    assert broker_address(LauncherSettings(broker_url=url)) == address


@pytest.mark.parametrize("url", ["http://broker.test", "broker.test:1883", "mqtts://", "mqtt://user:pw@broker.test"])
def test_a_broker_address_that_is_none_or_holds_a_password_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="broker_url"):
        LauncherSettings(broker_url=url)
