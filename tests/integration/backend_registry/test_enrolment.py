"""A device is enrolled once, for a home or for nobody, and its secret is shown to whoever asked and kept nowhere."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from backend.adapters.broker_accounts import ACL, BrokerFiles, ProgramAccountsFile, password_file
from backend.adapters.broker_hash import mosquitto_hash
from backend.adapters.db.broker_access import BrokerAccountRows
from backend.adapters.db.engine import reading, writing
from backend.adapters.db.registry import contacts, devices, enrolments, homes, residents
from backend.adapters.db.registry_store import SqlRegistryStore
from backend.adapters.secret_files import KeyFile
from backend.services.identity.actor import Actor, ActorKind
from backend.services.registry.enrol import Enrol, Enrolled
from backend.services.registry.ports import Contact, Home, Resident
from backend.services.registry.request import EnrolRefusal, EnrolRefused, NewDevice
from contract.topics import is_device_id
from tests.harness.clock import ManualClock

CLI = Actor(ActorKind.SERVICE, "cli", "cli")
SIM = Actor(ActorKind.SERVICE, "sim", "sim")
HOME = Home(
    id="",
    label="塔湾 12 号",
    address="桃花镇塔湾村 12 号",
    residents=(Resident(id="", name="王桂英", birth_year=1941, hearing="impaired"), Resident(id="", name="李福")),
    contacts=(Contact(id="", name="李强", relation="儿子", phone="13900000000", position=1, role="key_holder"),),
)
TERMINAL = NewDevice(kind="terminal", home=HOME, room="卧室")


class Registry:
    """Enrolment on a real database and a real password file."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self.store = SqlRegistryStore(engine)
        self.passwd = folder / "passwd"
        self.enrol = self.process()

    def process(self) -> Enrol:
        """Enrolment as another backend process would do it."""
        form = password_file(self.passwd.name, Path("config/mosquitto") / ACL)
        programs = ProgramAccountsFile(self.folder / "accounts")
        broker = BrokerFiles(self.folder, programs, BrokerAccountRows(self.engine), form)
        return Enrol(self.store, broker, KeyFile(self.folder / "enrol.key"), mosquitto_hash, ManualClock())

    def refusal(self, items: Sequence[NewDevice], key: str | None = None) -> EnrolRefusal:
        with pytest.raises(EnrolRefused) as refused:
            self.enrol(items, CLI, key)
        return refused.value.reason

    def hashes(self) -> dict[str, str]:
        return {account.name: account.secret_hash for account in BrokerAccountRows(self.engine).accounts()}

    def known(self) -> set[str]:
        return {line.split(":")[0] for line in self.passwd.read_text().splitlines()}

    def count(self) -> tuple[int, ...]:
        with reading(self.engine) as connection:
            tables = (devices, homes, residents, contacts)
            return tuple(len(connection.execute(select(table)).all()) for table in tables)


@pytest.fixture
def registry(database: Engine, tmp_path: Path) -> Registry:
    return Registry(database, tmp_path)


def test_a_device_with_its_home_and_people_is_there_at_once(registry: Registry) -> None:
    (enrolled,) = registry.enrol([TERMINAL], CLI, None)
    assert is_device_id(enrolled.device_id)
    listed = registry.store.device(enrolled.device_id)
    assert listed is not None
    assert (listed.state, listed.home_id, listed.home_label) == ("enrolled", enrolled.home_id, "塔湾 12 号")
    assert registry.count() == (1, 1, 2, 1)
    assert registry.known() == {enrolled.device_id}


def test_no_secret_is_kept_anywhere(registry: Registry) -> None:
    (enrolled,) = registry.enrol([TERMINAL], CLI, "once")
    with reading(registry.engine) as connection:
        kept = [str(tuple(row)) for table in (devices, enrolments) for row in connection.execute(select(table))]
    files = [path.read_text(errors="replace") for path in registry.folder.iterdir() if path.suffix != ".sqlite"]
    assert all(enrolled.secret not in text for text in [*kept, *files])
    assert len(enrolled.secret) == 43


def test_the_same_key_gives_the_same_answer_and_enrols_once(registry: Registry) -> None:
    items = [TERMINAL, NewDevice(kind="terminal", lobby=True)]
    first = registry.enrol(items, CLI, "k1")
    again = registry.process()(items, CLI, "k1")
    assert first == again
    assert registry.count() == (2, 1, 2, 1)


def test_a_key_belongs_to_one_actor_and_one_request(registry: Registry) -> None:
    (mine,) = registry.enrol([TERMINAL], CLI, "k1")
    (other,) = registry.enrol([TERMINAL], SIM, "k1")
    assert mine.device_id != other.device_id
    assert mine.secret != other.secret
    assert registry.refusal([replace(TERMINAL, room="客厅")], "k1") is EnrolRefusal.KEY_REUSED


def test_a_repeated_request_after_the_key_of_secrets_was_lost_is_refused(registry: Registry) -> None:
    registry.enrol([TERMINAL], CLI, "k1")
    (registry.folder / "enrol.key").unlink()
    assert registry.refusal([TERMINAL], "k1") is EnrolRefusal.KEY_REUSED


def test_without_a_key_two_requests_are_two(registry: Registry) -> None:
    first, second = (registry.enrol([TERMINAL], CLI, None) for _ in range(2))
    assert first[0].device_id != second[0].device_id


def test_copies_of_a_request_at_once_enrol_once(registry: Registry) -> None:
    barrier = threading.Barrier(4)

    def ask(_: int) -> list[Enrolled]:
        barrier.wait()
        return registry.process()([TERMINAL], CLI, "k1")

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(ask, range(4)))
    assert all(answer == answers[0] for answer in answers)
    assert registry.count() == (1, 1, 2, 1)


def test_processes_that_enrol_at_once_are_all_known_to_the_broker(registry: Registry) -> None:
    (registry.folder / "accounts").write_text("gw1.events:$7$101$c2FsdA==$aGFzaA==\n")
    barrier = threading.Barrier(6)

    def ask(number: int) -> str:
        process = registry.process()
        barrier.wait()
        return process([replace(TERMINAL, device_id=f"T{number}")], CLI, None)[0].device_id

    with ThreadPoolExecutor(6) as threads:
        enrolled = set(threads.map(ask, range(6)))
    assert registry.known() == enrolled | {"gw1.events"}


def test_a_device_joins_a_home_that_exists(registry: Registry) -> None:
    (terminal,) = registry.enrol([TERMINAL], CLI, None)
    (sensor,) = registry.enrol([NewDevice(kind="sensor", home_id=terminal.home_id)], CLI, None)
    assert sensor.home_id == terminal.home_id
    assert registry.count() == (2, 1, 2, 1)


def test_a_home_of_the_same_request_can_be_joined(registry: Registry) -> None:
    items = [replace(TERMINAL, home=replace(HOME, id="H1")), NewDevice(kind="sensor", home_id="H1")]
    assert [one.home_id for one in registry.enrol(items, CLI, None)] == ["H1", "H1"]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (NewDevice(kind="terminal"), EnrolRefusal.HOME_MISSING),
        (NewDevice(kind="terminal", home_id="nowhere"), EnrolRefusal.UNKNOWN_HOME),
        (NewDevice(kind="terminal", home_id="H1", home=HOME), EnrolRefusal.HOME_NAMED_TWICE),
        (NewDevice(kind="terminal", home=HOME, device_id="lobby-1"), EnrolRefusal.LOBBY_PREFIX_WRONG),
        (NewDevice(kind="terminal", lobby=True, device_id="T1"), EnrolRefusal.LOBBY_PREFIX_WRONG),
        (NewDevice(kind="terminal", lobby=True, home=HOME), EnrolRefusal.LOBBY_HAS_HOME),
        (NewDevice(kind="terminal", home=HOME, device_id="gw1.events"), EnrolRefusal.BAD_DEVICE_ID),
        (NewDevice(kind="terminal", home=HOME, device_id="a:b"), EnrolRefusal.BAD_DEVICE_ID),
        (NewDevice(kind="terminal", home=HOME, device_id="T1\n"), EnrolRefusal.BAD_DEVICE_ID),
        (NewDevice(kind="terminal", home=HOME, device_id="+"), EnrolRefusal.BAD_DEVICE_ID),
    ],
)
def test_what_cannot_be_enrolled_is_refused_and_nothing_with_it_is_stored(
    registry: Registry, item: NewDevice, reason: EnrolRefusal
) -> None:
    assert registry.refusal([replace(TERMINAL, device_id="good"), item], "k1") is reason
    assert registry.count() == (0, 0, 0, 0)
    # The key is not used up by a request that did nothing.
    registry.enrol([TERMINAL], CLI, "k1")


def test_a_device_that_exists_is_not_overwritten(registry: Registry) -> None:
    item = replace(TERMINAL, device_id="T1")
    registry.enrol([item], CLI, None)
    before = registry.hashes()
    assert registry.refusal([item]) is EnrolRefusal.DEVICE_EXISTS
    assert registry.refusal([replace(item, device_id="T2"), replace(item, device_id="T2")]) is EnrolRefusal.NAMED_TWICE
    assert registry.hashes() == before


def test_rotating_changes_the_secret_and_nothing_else(registry: Registry) -> None:
    item = replace(TERMINAL, device_id="T1")
    (first,) = registry.enrol([item], CLI, None)
    (second,) = registry.enrol([NewDevice(kind="sensor", device_id="T1", room="厨房", rotate=True)], CLI, "r1")
    listed = registry.store.device("T1")
    assert listed is not None
    assert (listed.kind, listed.room, second.home_id) == ("terminal", "卧室", first.home_id)
    assert first.secret != second.secret
    hashes = registry.hashes()
    assert hashes["T1"] in registry.passwd.read_text()


def test_a_revoked_device_is_unknown_to_the_broker_and_stays_so(registry: Registry) -> None:
    registry.enrol([replace(TERMINAL, device_id="T1")], CLI, None)
    with writing(registry.engine) as connection:
        connection.execute(update(devices).values(state="revoked"))
        connection.commit()
    assert registry.refusal([NewDevice(kind="terminal", device_id="T1", rotate=True)]) is EnrolRefusal.DEVICE_REVOKED
    registry.enrol([replace(TERMINAL, device_id="T2")], CLI, None)
    assert registry.known() == {"T2"}


def test_devices_are_listed_in_pages(registry: Registry) -> None:
    registry.enrol([replace(TERMINAL, device_id=f"T{number:02d}") for number in range(7)], CLI, None)
    first = registry.store.devices("", 4)
    rest = registry.store.devices(first[-1].id, 4)
    assert [device.id for device in [*first, *rest]] == [f"T{number:02d}" for number in range(7)]


def test_the_key_of_secrets_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "enrol.key"
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: KeyFile(path).read(), range(8)))
    assert len(keys) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["enrol.key"]
