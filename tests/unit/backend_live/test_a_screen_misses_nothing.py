"""What a screen hears: everything after its place, once and in order; or that it has to load the list."""

from __future__ import annotations

import asyncio

import pytest

from backend.api.stream import NOWHERE, encode, place
from backend.services.live import messages
from backend.services.live.hub import Hub, TooManyWatchers
from tests.fakes.live_changes import MemoryChangeLog
from tests.harness.clock import ManualClock
from tests.harness.live import Heard, Live, alerts, until


def test_what_was_missed_comes_first_and_then_what_happens() -> None:
    async def scenario() -> None:
        live, heard = Live(MemoryChangeLog(500)), Heard()
        task = live.listen(120, heard)
        await until(lambda: heard, "the stream speaks at once")
        for _ in range(20):
            live.changes.add()
        await until(lambda: alerts(heard)[-1:] == [520], "the newest change")
        live.tail.stop()
        await task
        assert alerts(heard) == list(range(121, 521))
        assert heard[0] == ("ping", None)

    asyncio.run(scenario())


def test_without_a_place_it_begins_now() -> None:
    async def scenario() -> None:
        live, heard = Live(MemoryChangeLog(5)), Heard()
        task = live.listen(None, heard)
        await until(lambda: live.hub.watchers and live.tail.age_seconds() < 60 and heard, "it watches")
        live.changes.add()
        await until(lambda: alerts(heard), "the change")
        live.tail.stop()
        await task
        assert alerts(heard) == [6]

    asyncio.run(scenario())


@pytest.mark.parametrize("after", [NOWHERE, 1501, 10**17, 499])
def test_a_place_that_is_unknown_or_too_old_is_told_to_load_the_list(after: int) -> None:
    async def scenario() -> None:
        live, heard = Live(MemoryChangeLog(1500)), Heard()
        task = live.listen(after, heard)
        await until(lambda: ("resync", 1500) in heard, "resync with the place to go on from")
        live.changes.add()
        await until(lambda: alerts(heard), "the change after it")
        live.tail.stop()
        await task
        assert alerts(heard) == [1501]

    asyncio.run(scenario())


def test_a_screen_that_cannot_keep_up_is_told_so_and_let_go() -> None:
    async def scenario() -> None:
        live = Live(MemoryChangeLog(), queue=10)
        stream = live.watch(0, lambda: True)
        assert (await anext(stream)).kind == "ping"
        await until(lambda: live.tail.age_seconds() < 60, "the tail looks")
        waiting = asyncio.create_task(anext(stream))
        live.changes.add()
        assert (await waiting).stream_id == 1
        for _ in range(50):
            live.changes.add()
        await until(lambda: any(watcher.ended for watcher in live.hub._watchers), "its queue is full")
        *before, last = [message async for message in stream]
        assert (last.kind, last.stream_id) == ("resync", 51)
        # What it had not yet been told of by then is complete as far as it goes.
        assert [message.stream_id for message in before] == list(range(2, 2 + len(before)))
        assert (live.hub.watchers, live.hub.overflows) == (0, 1)
        live.tail.stop()

    asyncio.run(scenario())


def test_the_end_of_the_process_ends_every_stream_and_every_later_one() -> None:
    async def scenario() -> None:
        live = Live(MemoryChangeLog())
        heard: list[Heard] = [[], [], []]
        tasks = [live.listen(0, each) for each in heard[:2]]
        await until(lambda: live.hub.watchers == 2 and all(heard[:2]), "both watch")
        await asyncio.get_running_loop().run_in_executor(None, live.tail.stop)
        tasks.append(live.listen(0, heard[2]))
        async with asyncio.timeout(5):
            await asyncio.gather(*tasks)
        assert live.hub.watchers == 0

    asyncio.run(scenario())


def test_it_pings_while_nothing_happens_and_the_place_does_not_move() -> None:
    async def scenario() -> None:
        live, heard = Live(MemoryChangeLog(), ping_seconds=0.02), Heard()
        task = live.listen(0, heard)
        await until(lambda: heard.count(("ping", None)) >= 4, "pings")
        live.tail.stop()
        await task

    asyncio.run(scenario())


def test_busy_streams_ping_and_ask_for_the_session_as_well() -> None:
    async def scenario() -> None:
        live, heard, asked = Live(MemoryChangeLog(), ping_seconds=0.05), Heard(), []
        task = live.listen(0, heard, lambda: not asked.append(1))
        await until(lambda: live.changes.add() and len(asked) > 2, "it is asked though changes never pause")
        live.tail.stop()
        await task

    asyncio.run(scenario())


def test_a_session_that_has_ended_ends_the_stream() -> None:
    async def scenario() -> None:
        live, heard = Live(MemoryChangeLog(), ping_seconds=0.05), Heard()
        allowed = [True]
        task = live.listen(0, heard, lambda: allowed[0])
        await until(lambda: heard.count(("ping", None)) >= 2, "it goes on while it may")
        allowed[0] = False
        async with asyncio.timeout(5):
            await task

    asyncio.run(scenario())


def test_while_the_database_is_away_the_stream_does_not_look_alive_and_then_goes_on() -> None:
    async def scenario() -> None:
        changes, heard, asked = MemoryChangeLog(3), Heard(), []
        live = Live(changes, ping_seconds=0.05, stale_seconds=0.0)
        task = live.listen(3, heard, lambda: not asked.append(1))
        await until(lambda: len(asked) >= 3, "the times for pings pass")
        assert heard == [("ping", None)], "a tail that has not read lately sends none"
        changes.away = True
        missed = changes.add()
        await until(lambda: live.tail.is_away, "the tail notices")
        changes.away = False
        await until(lambda: alerts(heard) == [missed], "nothing was missed")
        live.tail.stop()
        await task

    asyncio.run(scenario())


def test_components_are_told_at_the_start_and_when_they_change() -> None:
    async def scenario() -> None:
        live = Live(MemoryChangeLog())
        live.components.say("broker", "up")
        stream = live.watch(0, lambda: True)
        assert [(await anext(stream)).kind for _ in range(2)] == ["ping", "health"]
        live.components.say("broker", "down")
        said = [(await anext(stream)).data]
        while '"down"' not in said[-1]:
            said.append((await anext(stream)).data)
        await stream.aclose()
        live.tail.stop()

    asyncio.run(scenario())


def test_a_process_serves_only_so_many_screens() -> None:
    async def scenario() -> None:
        hub = Hub(most_watchers=1)
        with hub.watcher(), pytest.raises(TooManyWatchers), hub.watcher():
            raise AssertionError("there is no room")
        with hub.watcher():
            assert hub.watchers == 1

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("header", "query", "expected"),
    [
        (None, None, None),
        ("", "7", 7),
        ("9", "7", 9),
        (None, "0", 0),
        ("abc", None, NOWHERE),
        (None, "-3", NOWHERE),
        ("٣", None, NOWHERE),
    ],
)
def test_the_place_of_the_browser_comes_before_the_one_in_the_address(
    header: str | None, query: str | None, expected: int | None
) -> None:
    assert place(header, query) == expected


def test_a_message_on_the_wire() -> None:
    message = messages.resync(ManualClock().now(), 7)
    assert encode(message) == b'event: resync\ndata: {"at":"2026-11-24T03:12:45.000Z"}\nid: 7\n\n'
    assert b"\nid:" not in encode(messages.ping(ManualClock().now()))


def test_a_stream_that_cannot_read_the_database_never_looks_alive() -> None:
    async def scenario() -> None:
        live, heard = Live(MemoryChangeLog()), Heard()
        live.changes.away = True
        with pytest.raises(ConnectionError):
            await live.listen(0, heard)
        assert heard == []
        live.tail.stop()

    asyncio.run(scenario())
