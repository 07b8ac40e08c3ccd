"""The shipped broker configuration: rendered whole, strict about who may do what, reloaded when an account is added."""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

from launcher.broker_config import password_file, render_broker_config
from tests.harness.broker import CONFIG, Broker, mosquitto_program, password_hash
from tests.harness.child import Child, clean_environment
from tests.harness.clock import wait_until

pytestmark = pytest.mark.broker
TEMPLATE = (CONFIG / "mosquitto.conf.template").read_text(encoding="utf-8")
VALUES = {
    "port": 1, "address": "127.0.0.1", "persistence_location": "/d", "acl_file": "/a", "user": "root",
    "log_dest": "stdout",
}  # fmt: skip


def test_every_value_is_needed_and_none_can_forge_a_line() -> None:
    text = render_broker_config(TEMPLATE, **VALUES)
    assert "persistence_location /d/\n" in text
    with pytest.raises(ValueError, match="missing"):
        render_broker_config(TEMPLATE, port=1)
    with pytest.raises(ValueError, match="unknown"):
        render_broker_config(TEMPLATE, **VALUES, more="x")
    with pytest.raises(ValueError, match="control character"):
        render_broker_config(TEMPLATE, **{**VALUES, "log_dest": "stdout\nallow_anonymous true"})
    with pytest.raises(ValueError, match="control character"):
        render_broker_config(TEMPLATE, password_file("/p\nallow_anonymous true"), **VALUES)
    assert render_broker_config(TEMPLATE, password_file("/p"), **VALUES).endswith("\npassword_file /p\n")


def test_rule_14_stands_in_it() -> None:
    lines = set(render_broker_config(TEMPLATE, **VALUES).splitlines())
    assert lines >= {
        "allow_anonymous false",
        "persistence true",
        "autosave_on_changes false",
        "autosave_interval 30",
        "max_inflight_messages 100",
        "max_packet_size 65536",
        "max_keepalive 120",
        "set_tcp_nodelay true",
        "use_username_as_clientid true",
    }
    assert not any(line.startswith("per_listener_settings") for line in lines)


def _reaches(broker: Broker, account: str, secret: str, topic: str) -> bool:
    """Whether a publish of `account` on `topic` gets through the access rules; MQTT 5 says so in the PUBACK."""
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=account, protocol=mqtt.MQTTv5)
    client.username_pw_set(account, secret)
    reasons: list[bool] = []
    client.on_publish = lambda _c, _u, _mid, reason, _p: reasons.append(not reason.is_failure)
    client.connect(broker.host, broker.port)
    client.loop_start()
    wait_until(client.is_connected, "connected")
    client.publish(topic, b"{}", qos=1)
    wait_until(lambda: reasons, "acknowledged")
    client.disconnect()
    client.loop_stop()
    return reasons[0]


@pytest.mark.parametrize(
    ("account", "topic", "allowed"),
    [
        ("T1", "care/v1/T1/event", True),
        ("T1", "care/v1/T1/telemetry", True),
        ("T1", "care/v1/T1/status", True),
        ("T1", "care/v1/T1/result", True),
        ("T1", "care/v1/T1/command", False),
        ("T1", "care/v1/T2/event", False),
        ("T1", "care/canary/gw1.events", False),
        ("gw1.events", "care/v1/T1/command", True),
        ("gw1.events", "care/canary/gw1.events", True),
        ("gw1.events", "care/v1/T1/event", False),
        ("gw1.telemetry", "care/v1/T1/command", True),
        ("gw1.telemetry", "care/canary/gw1.events", False),
    ],
)
def test_who_may_publish_where(tmp_path: Path, account: str, topic: str, allowed: bool) -> None:
    with Broker(tmp_path) as broker:
        assert _reaches(broker, account, broker.add_account(account), topic) is allowed


def test_device_hears_its_own_commands_only(broker: Broker) -> None:
    """Mosquitto grants the subscription to `#` and refuses at delivery, so it is the delivery that counts."""
    heard: list[str] = []
    device = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="T1", protocol=mqtt.MQTTv5)
    device.username_pw_set("T1", broker.add_device("T1"))
    device.on_message = lambda _c, _u, message: heard.append(message.topic)
    subscribed: list[int] = []
    device.on_subscribe = lambda _c, _u, mid, _r, _p: subscribed.append(mid)
    device.connect(broker.host, broker.port)
    device.loop_start()
    device.subscribe([("#", 1), ("$SYS/#", 1)])
    wait_until(lambda: subscribed, "subscribed")
    secret = broker.add_account("gw2.events")
    for topic in ("care/v1/T2/command", "care/canary/gw2.events", "care/v1/T1/command"):
        assert _reaches(broker, "gw2.events", secret, topic)
    wait_until(lambda: "care/v1/T1/command" in heard, "its own command arrives")
    device.disconnect()
    device.loop_stop()
    assert heard == ["care/v1/T1/command"]


def test_nobody_gets_in_without_an_account(broker: Broker) -> None:
    command = ["mosquitto_pub", "-V", "mqttv5", "-h", broker.host, "-p", str(broker.port), "-t", "x", "-m", "y"]
    stranger = subprocess.run(command, capture_output=True, text=True, check=False)
    assert stranger.returncode != 0
    assert "uthori" in stranger.stderr


def test_hash_is_the_one_of_mosquitto_passwd(tmp_path: Path) -> None:
    if shutil.which("mosquitto_passwd") is None:
        pytest.fail("mosquitto_passwd comes with Mosquitto")
    passwd = tmp_path / "passwd"
    passwd.touch(0o600)
    subprocess.run(["mosquitto_passwd", "-b", str(passwd), "T1", "secret"], check=True, capture_output=True)
    theirs = passwd.read_text().strip().split(":", 1)[1]
    salt = theirs.split("$")[3]
    assert password_hash("secret", base64.b64decode(salt)) == theirs


@contextmanager
def _started(folder: Path, way: str, files: Sequence[str], broker: Broker) -> Iterator[Child]:
    """`config/mosquitto/start.sh`, as it runs in the container."""
    program = mosquitto_program()
    assert program
    begin = ["sh", str(CONFIG / "start.sh"), way, str(folder), str(broker.folder), *files, "--"]
    command = [*begin, program, "-c", str(broker.folder / "mosquitto.conf")]
    child = Child("broker", command, clean_environment({}), folder / "log")
    child.start()
    try:
        yield child
    finally:
        child.kill()


def test_start_script_begins_anew_with_new_accounts_and_ends_with_the_broker(tmp_path: Path) -> None:
    with Broker(tmp_path / "probe") as probe:  # only for its configuration and its way to ask
        probe.stop()
        probe.passwd.unlink()
        with _started(tmp_path, "watch", ["passwd"], probe) as child:
            source = tmp_path / "passwd"
            source.write_text(f"T1:{password_hash('one')}\n")
            wait_until(lambda: probe._lets_in("T1", "one"), "the first account is known")
            source.write_text(f"T1:{password_hash('one')}\nT2:{password_hash('two')}\n")
            wait_until(lambda: probe._lets_in("T2", "two"), "the second too")
            assert not probe._lets_in("T2", "three")
            assert probe.passwd.stat().st_mode & 0o077 == 0
            assert child.stop(10) == 0


def test_start_script_begins_anew_at_a_mark_and_not_before(tmp_path: Path) -> None:
    with Broker(tmp_path / "probe") as probe:
        probe.stop()
        (tmp_path / "passwd").write_text(f"T1:{password_hash('one')}\n")
        with _started(tmp_path, "begin-anew", ["passwd"], probe) as child:
            wait_until(lambda: probe._lets_in("T1", "one"), "the account is known")
            (tmp_path / "passwd").write_text(f"T2:{password_hash('two')}\n")
            assert not probe._lets_in("T2", "two")
            (tmp_path / "begin-anew").write_text("1\n")
            wait_until(lambda: probe._lets_in("T2", "two"), "the other account is known")
            assert child.stop(10) == 0


def test_start_script_becomes_the_broker(tmp_path: Path) -> None:
    with Broker(tmp_path / "probe") as probe:
        probe.stop()
        (tmp_path / "passwd").write_text(f"T1:{password_hash('one')}\n")
        with _started(tmp_path, "once", ["passwd"], probe) as child:
            wait_until(lambda: probe._lets_in("T1", "one"), "the account is known")
            assert child.stop(10) == 0
