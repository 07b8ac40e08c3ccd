"""`config/channels.toml`: what is shipped loads, its examples work as they stand, and what is wrong is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.adapters.channels.alibaba_sms import AlibabaSms
from backend.adapters.channels.assemble import Channels, assemble
from backend.adapters.channels.config import ChannelsRefused, read_channels
from backend.adapters.channels.desk_calls import DeskCalls
from backend.adapters.channels.http import Http
from backend.adapters.channels.tencent_sms import TencentSms
from backend.domain.delivery.model import Cause, Outcome
from backend.domain.escalation.targets import Channel
from tests.contracts.dispatch_channels.conftest import MESSAGE
from tests.harness.alarm import Uuids
from tests.harness.clock import ManualClock

SHIPPED = Path("config/channels.toml")


@pytest.fixture
def http() -> Iterator[Http]:
    client = Http()
    yield client
    client.close()


def _examples() -> list[str]:
    """The commented blocks, one per `[channels.…]`."""
    lines = [line.removeprefix("# ") for line in SHIPPED.read_text(encoding="utf-8").splitlines() if line[:2] == "# "]
    code = [line for line in lines if re.match(r"\[|[a-z_]+ = ", line)]
    blocks: list[list[str]] = []
    for line in code:
        if re.match(r"\[channels\.\w+\]$", line):
            blocks.append([])
        blocks[-1].append(line)
    return ["\n".join(block) for block in blocks]


def _load(text: str, folder: Path, http: Http) -> Channels:
    for name in re.findall(r'_file = "([^"]+)"', text):
        secret = folder / Path(name).name
        secret.write_text("s3cret\n")
        secret.chmod(0o600)
        text = text.replace(name, str(secret))
    path = folder / "channels.toml"
    path.write_text(text, encoding="utf-8")
    return assemble(read_channels(path), path, http, ManualClock(), Uuids())


def test_nothing_is_configured_as_shipped(http: Http) -> None:
    channels = assemble(read_channels(SHIPPED), SHIPPED, http, ManualClock(), Uuids())
    assert set(channels.senders) == {Channel.VOICE}
    assert isinstance(channels.senders[Channel.VOICE], DeskCalls)
    assert channels.doors == ()


@pytest.mark.parametrize("example", _examples(), ids=lambda text: text.split("\n")[1])
def test_each_example_works_as_it_stands(example: str, tmp_path: Path, http: Http) -> None:
    channels = _load(example, tmp_path, http)
    assert len(channels.senders) == 2


def test_there_is_an_example_for_every_adapter() -> None:
    adapters = {line for text in _examples() for line in text.split("\n") if line.startswith("adapter")}
    assert len(adapters) == 6


def test_secrets_doors_and_rates_come_from_the_file(tmp_path: Path, http: Http) -> None:
    channels = _load(_examples()[0], tmp_path, http)
    sms = channels.senders[Channel.SMS]
    assert isinstance(sms, AlibabaSms)
    assert (sms.secret, sms.expects_receipt) == ("s3cret", True)
    (door,) = channels.doors
    assert (door.provider, door.channel, door.secret) == ("alibaba", Channel.SMS, "s3cret")
    clock = ManualClock()
    waits = [channels.admit(Channel.SMS, clock.now()) for _ in range(100)]
    assert waits.count(None) == 60
    assert channels.admit(Channel.WECOM, clock.now()) is None
    tencent = _load(_examples()[1], tmp_path, http).senders[Channel.SMS]
    assert isinstance(tencent, TencentSms)
    assert not tencent.expects_receipt


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[channels.sms]\nadapter = "carrier_pigeon"', "carrier_pigeon"),
        ('[channels.sms]\nadapter = "webhook"\nsecret = "x"', "secret"),
        ('[channels.fax]\nadapter = "wecom_robot"', "fax"),
        ('[channels.voice]\nadapter = "wecom_robot"', "voice"),
        ('[channels.email]\nadapter = "apprise"\nurl = "mailto://x"\nschemas = ["mailto"]', "url"),
        ('[channels.webhook]\nadapter = "webhook"\nsecret_file = "nowhere/secret"', "nowhere/secret"),
        ("mask_name = true", "mask_name"),
        ("mask_names = yes", "TOML"),
    ],
)
def test_what_is_wrong_is_refused_in_both_languages(text: str, said: str, tmp_path: Path, http: Http) -> None:
    path = tmp_path / "channels.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ChannelsRefused) as refused:
        assemble(read_channels(path), path, http, ManualClock(), Uuids())
    assert said in str(refused.value)
    assert "channels.toml" in str(refused.value)
    assert re.search("[\u4e00-\u9fff]", str(refused.value))


def test_a_secret_that_others_can_read_is_refused_and_never_shown(tmp_path: Path, http: Http) -> None:
    secret = tmp_path / "open"
    secret.write_text("s3cret")
    secret.chmod(0o644)
    path = tmp_path / "channels.toml"
    path.write_text(f'[channels.webhook]\nadapter = "webhook"\nsecret_file = "{secret}"')
    with pytest.raises(ChannelsRefused, match="0600") as refused:
        assemble(read_channels(path), path, http, ManualClock(), Uuids())
    assert "s3cret" not in str(refused.value)


def test_a_call_is_a_task_for_a_desk() -> None:
    result = DeskCalls().send(MESSAGE, "+8613800000001")
    assert (result.outcome, result.cause) == (Outcome.ACCEPTED, Cause.CALL_TO_MAKE)
