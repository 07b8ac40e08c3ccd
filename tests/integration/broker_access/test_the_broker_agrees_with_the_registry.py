"""What the registry says is so at a real Mosquitto, at once and after every kind of interruption."""

from __future__ import annotations

import json
import subprocess
import threading
from datetime import timedelta

import pytest

from backend.adapters.broker_access import BEGIN_ANEW_SECONDS, LOOK_AGAIN_SECONDS, LiveBroker
from backend.adapters.broker_accounts import BEGIN_ANEW
from backend.adapters.broker_hash import SecretHasher
from backend.services.broker_access.accounts import Access
from backend.services.broker_access.plan import MASS, Doubt
from tests.harness.broker import Broker
from tests.harness.clock import stopwatch, wait_until
from tests.harness.controlled_broker import Controlled
from tests.harness.system import Credential
from tests.harness.wire import Link, accepts

pytestmark = pytest.mark.broker
OWED_SECONDS = 5.0
REFUSED = "Not authorized"


def _may_publish(port: int, device: Credential) -> set[str]:
    topics = ("event", "telemetry", "status", "result", "command")
    with Link(port, device) as link:
        return {topic for topic in topics if link.publish(f"care/v1/{device.device_id}/{topic}", "{}") != REFUSED}


def _look_twice(controlled: Controlled, platform: LiveBroker) -> None:
    """A difference that lasts is one; another process may just be about to mend it."""
    for _ in range(2):
        platform.look()
        controlled.clock.turn(timedelta(seconds=LOOK_AGAIN_SECONDS))


def test_a_device_is_let_in_and_reaches_its_own_topics_only(controlled: Controlled) -> None:
    device = controlled.enrol("T1")
    controlled.enrol("T2")
    assert _may_publish(controlled.broker.port, device) == {"event", "telemetry", "status", "result"}
    with Link(controlled.broker.port, device) as link:
        for topic in ("care/v1/T2/event", "care/canary/gw1.events", "$CONTROL/dynamic-security/v1", "else"):
            assert link.publish(topic, "{}") == REFUSED, topic
    assert not accepts(controlled.broker.port, Credential("T1", device.secret[:-1]))
    assert not accepts(controlled.broker.port, Credential("T3", device.secret))


def test_a_device_of_nobody_calls_and_is_answered_and_does_nothing_else(controlled: Controlled) -> None:
    device = controlled.enrol("lobby-1", Access.ESSENTIAL)
    port = controlled.broker.port
    assert _may_publish(port, device) == {"event"}
    with Link(port, device) as link, Link(port, controlled.gateway()) as gateway:
        link.subscribe("care/v1/lobby-1/command")
        assert link.publish("care/v1/lobby-1/event", "{}") != REFUSED
        assert gateway.publish("care/v1/lobby-1/command", json.dumps({"id": "c1"})) == "Success"
        wait_until(lambda: link.received, "its answer")


def test_a_suspended_device_keeps_calling(controlled: Controlled) -> None:
    device = controlled.enrol("T1")
    with Link(controlled.broker.port, device) as link:
        controlled.limit("T1", Access.ESSENTIAL)
        wait_until(lambda: not link.online, "it is made to come back under the new rules")
    assert _may_publish(controlled.broker.port, device) == {"event"}
    controlled.limit("T1", Access.FULL)
    assert _may_publish(controlled.broker.port, device) == {"event", "telemetry", "status", "result"}


def test_a_revoked_device_is_cut_off_within_five_seconds(controlled: Controlled) -> None:
    device, other = controlled.enrol("T1"), controlled.enrol("T2")
    port = controlled.broker.port
    with Link(port, device) as link, Link(port, other) as stays:
        began = stopwatch()
        controlled.revoke("T1")
        wait_until(lambda: not link.online, "it is cut off")
        assert stopwatch() - began < OWED_SECONDS
        assert stays.online
        assert stays.publish("care/v1/T2/event", "{}") != REFUSED
    assert not accepts(port, device)
    controlled.revoke("T2")
    assert not accepts(port, other)


def test_a_new_secret_replaces_the_old_one(controlled: Controlled) -> None:
    old = controlled.enrol("T1")
    new = controlled.enrol("T1")
    assert accepts(controlled.broker.port, new)
    assert not accepts(controlled.broker.port, old)


def test_a_broker_that_starts_again_begins_with_everything(controlled: Controlled) -> None:
    stays, goes, lobby = controlled.enrol("T1"), controlled.enrol("T2"), controlled.enrol("lobby-1", Access.ESSENTIAL)
    controlled.revoke("T2")
    controlled.broker.kill()
    controlled.broker.start()
    port = controlled.broker.port
    assert [accepts(port, stays), accepts(port, goes)] == [True, False]
    assert _may_publish(port, lobby) == {"event"}
    controlled.platform.look()
    assert controlled.platform.standing.trouble is None


def test_what_happened_while_the_broker_was_away_is_made_good(controlled: Controlled) -> None:
    """The registry's word counts as soon as the broker answers again; nobody has to do anything."""
    revoked = controlled.enrol("T1")
    controlled.broker.stop()
    (controlled.folder / "before.json").write_bytes((controlled.folder / "dynamic-security.json").read_bytes())
    fresh = controlled.enrol("T2")
    assert controlled.platform.standing.trouble is not None
    controlled.revoke("T1")  # which waits for nobody: the tick looks each second
    # The broker comes up with what it knew: somebody started it with an old file.
    (controlled.folder / "before.json").replace(controlled.folder / "dynamic-security.json")
    controlled.broker.start()
    controlled.platform.look()
    assert [accepts(controlled.broker.port, revoked), accepts(controlled.broker.port, fresh)] == [False, True]
    assert controlled.platform.standing.trouble is None


def test_another_process_makes_good_what_a_dead_one_left(controlled: Controlled) -> None:
    """It died between its commit and the broker: a cut-off is made good, a secret only its maker could tell is said."""
    revoked = controlled.enrol("T1")
    del controlled.rows.by_name["T1"]
    lost = controlled.enrol("T2", told=False)
    other = controlled.process(SecretHasher())
    _look_twice(controlled, other)
    assert not accepts(controlled.broker.port, revoked)
    assert (other.standing.trouble, other.standing.differing) == (Doubt.SECRET_UNKNOWN, 1)
    other.publish()
    controlled.broker.restart()
    assert accepts(controlled.broker.port, lost)
    _look_twice(controlled, other)
    assert other.standing.trouble is None


def test_a_broker_that_has_lost_its_devices_is_asked_to_begin_anew(controlled: Controlled) -> None:
    """A site that was put back: the registry has hashes, the broker nothing, and nobody knows a secret."""
    devices = [controlled.enrol(f"T{number}", told=False) for number in range(3)]
    mark = controlled.folder / BEGIN_ANEW
    other = controlled.process(SecretHasher())
    other.publish()
    assert not mark.exists(), "another process may be about to tell it"
    _look_twice(controlled, other)
    assert mark.exists()
    before = mark.stat().st_ino
    _look_twice(controlled, other)
    assert mark.stat().st_ino == before, "once is enough"
    controlled.broker.restart()
    assert all(accepts(controlled.broker.port, device) for device in devices)
    _look_twice(controlled, other)
    assert other.standing.trouble is None


def test_for_one_device_nobody_has_to_reconnect_before_it_is_sure(controlled: Controlled) -> None:
    for name in ("T1", "T2"):
        controlled.enrol(name)
    controlled.enrol("T3", told=False)
    mark, other = controlled.folder / BEGIN_ANEW, controlled.process(SecretHasher())
    _look_twice(controlled, other)
    assert not mark.exists()
    controlled.clock.turn(timedelta(seconds=BEGIN_ANEW_SECONDS))
    _look_twice(controlled, other)
    assert mark.exists()


def test_two_backends_at_once_end_where_the_registry_is(controlled: Controlled) -> None:
    makers = [SecretHasher(), SecretHasher()]
    backends = [controlled.process(secrets_made) for secrets_made in makers]
    made: list[Credential] = []

    def enrol(position: int) -> None:
        for number in range(5):
            controlled.secrets = makers[position]
            made.append(controlled.enrol(f"T{position}-{number}", told=False))
            backends[position].publish()

    threads = [threading.Thread(target=enrol, args=(position,)) for position in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(3):  # what their ticks do
        for backend in backends:
            backend.look()
        controlled.clock.turn(timedelta(seconds=LOOK_AGAIN_SECONDS))
    assert [backend.standing.trouble for backend in backends] == [None, None]
    assert all(accepts(controlled.broker.port, device) for device in made)
    assert len(made) == 10


def test_a_wrong_database_cuts_nobody_off(controlled: Controlled) -> None:
    for number in range(MASS):
        controlled.enrol(f"T{number}", told=False)
    controlled.platform.publish()
    controlled.rows.by_name.clear()
    device = controlled.enrol("T999")
    _look_twice(controlled, controlled.platform)
    assert controlled.platform.standing.trouble == Doubt.MASS_CUT_OFF
    assert controlled.platform.standing.differing == MASS
    assert accepts(controlled.broker.port, device)


def test_a_broker_that_knows_us_not_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    site = Controlled(tmp_path_factory.mktemp("site") / "site")
    site.platform.publish()
    with Broker(tmp_path_factory.mktemp("other"), port=site.broker.port):
        site.platform.look()
        assert site.platform.standing.trouble == "log_in_refused"


def test_an_absent_device_keeps_its_session_through_every_change(controlled: Controlled) -> None:
    """After a restart, with changes while it is away: here a broker that reads its files again by SIGHUP dies."""
    device, port = controlled.enrol("T1"), controlled.broker.port
    hears = [
        *("mosquitto_sub", "-V", "mqttv5", "-h", "127.0.0.1", "-p", str(port), "-u", "T1", "-P", device.secret),
        *("-c", "-i", "T1", "-x", "3600", "-q", "1", "-t", "care/v1/T1/command"),
    ]
    subprocess.run([*hears, "-E"], check=True, timeout=30)
    controlled.broker.restart()
    controlled.platform.look()
    for number in range(10):
        controlled.enrol(f"N{number}")
        if number % 2:
            controlled.revoke(f"N{number}")
    with Link(port, controlled.gateway()) as gateway:
        assert gateway.publish("care/v1/T1/command", "the answer") == "Success"
    for _ in range(3):
        controlled.enrol("N99")
    heard = subprocess.run([*hears, "-C", "1", "-W", "20"], check=True, capture_output=True, text=True, timeout=60)
    assert heard.stdout.strip() == "the answer"
    assert accepts(port, device), "the broker lives"
