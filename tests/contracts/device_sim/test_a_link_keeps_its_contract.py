"""What a session relies on, of the fake connection and of the real one on a real Mosquitto alike."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from contract.topics import Channel
from device_sim.adapters import link as links
from device_sim.adapters.link import ConnectionLost, Link, Loss
from device_sim.adapters.mqtt import Connection
from tests.fakes.device_sim.links import FakeLink, eventually
from tests.harness.broker import Broker, mosquitto_program


class Ear:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.pubacks: list[tuple[int, bool]] = []
        self.commands: list[bytes] = []
        self.losses = 0

    def on_command(self, payload: bytes) -> None:
        self.commands.append(payload)

    def on_puback(self, mid: int, reason: str, *, accepted: bool) -> None:
        self.pubacks.append((mid, accepted))

    def on_lost(self) -> None:
        self.losses += 1


class Side:
    """Makes links of one sort. `cut` ends the broker's side; `strange`: a link whose credential is refused."""

    def __init__(
        self, make: Callable[[Ear], Link], strange: Callable[[Ear], Link], cut: Callable[[Link], None]
    ) -> None:
        self.make = make
        self.strange = strange
        self.cut = cut


def _fake() -> Side:
    def cut(link: Link) -> None:
        assert isinstance(link, FakeLink)
        link.cut()

    return Side(lambda ear: FakeLink(b"will", ear), lambda ear: FakeLink(b"will", ear, refuse=Loss.NOT_AUTHORIZED), cut)


def _real(broker: Broker) -> Side:
    where = links.Broker(broker.host, broker.port)
    secret = broker.add_device("T1")
    return Side(
        lambda ear: Connection(where, "T1", secret, b"will", ear),
        lambda ear: Connection(where, "T1", "wrong", b"will", ear),
        lambda _: broker.kill(),
    )


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.broker)])
def side(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Side]:
    with ExitStack() as stack:
        if request.param == "fake":
            yield _fake()
            return
        if mosquitto_program() is None:
            pytest.skip("Mosquitto is not installed")
        yield _real(stack.enter_context(Broker(tmp_path / "broker")))


def run(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scene)


def test_every_publish_is_acknowledged_by_its_id(side: Side) -> None:
    async def scene() -> None:
        ear = Ear()
        link = side.make(ear)
        await link.open()
        mids = [link.publish(Channel.EVENT, b"{}") for _ in range(30)]
        assert len(set(mids)) == 30
        await eventually(lambda: len(ear.pubacks) == 30, "all are acknowledged")
        assert ear.pubacks == [(mid, True) for mid in mids]
        link.tend()
        link.close()

    run(scene())


def test_a_wrong_credential_is_told_from_an_absent_broker(side: Side) -> None:
    async def scene() -> None:
        link = side.strange(Ear())
        with pytest.raises(ConnectionLost) as lost:
            await link.open()
        assert lost.value.loss is Loss.NOT_AUTHORIZED
        link.close()

    run(scene())


def test_after_a_loss_nothing_is_taken_and_the_listener_knows(side: Side) -> None:
    async def scene() -> None:
        ear = Ear()
        link = side.make(ear)
        await link.open()
        side.cut(link)
        await eventually(lambda: ear.losses, "the loss is told")
        with pytest.raises(ConnectionLost):
            link.publish(Channel.EVENT, b"{}")
        with pytest.raises(ConnectionLost):
            link.tend()
        link.close()
        link.close()

    run(scene())


@pytest.mark.broker
def test_an_absent_broker_is_unreachable(tmp_path: Path) -> None:
    from tests.harness.ports import free_port

    async def scene() -> None:
        link = Connection(links.Broker("127.0.0.1", free_port()), "T1", "s", b"will", Ear())
        with pytest.raises(ConnectionLost) as lost:
            await link.open()
        assert lost.value.loss is Loss.UNREACHABLE
        link.close()

    run(scene())
