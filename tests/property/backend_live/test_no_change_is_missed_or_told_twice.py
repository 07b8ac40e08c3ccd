"""Whenever changes happen while a screen connects, it hears each exactly once, in order."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.live_changes import MemoryChangeLog
from tests.harness.live import Heard, Live, alerts, until

steps = st.lists(st.sampled_from(["add", "yield", "join"]), min_size=1, max_size=40)


@settings(max_examples=40, deadline=None)
@given(before=st.integers(0, 30), after=st.integers(0, 30), done=steps)
def test_each_watcher_hears_all_after_its_place(before: int, after: int, done: list[str]) -> None:
    async def scenario() -> None:
        live, places, heard = Live(MemoryChangeLog(before)), list[int](), list[Heard]()
        tasks = []
        for step in [*done, "join"]:
            if step == "add":
                live.changes.add()
            elif step == "yield":
                await asyncio.sleep(0.001)
            elif len(tasks) < 3:
                places.append(min(after, live.changes.last_id()))
                heard.append([])
                tasks.append(live.listen(places[-1], heard[-1]))
        last = live.changes.add()
        await until(lambda: all(alerts(each)[-1:] == [last] for each in heard), "everybody has the last one")
        live.tail.stop()
        await asyncio.gather(*tasks)
        for place, each in zip(places, heard, strict=True):
            assert alerts(each) == list(range(place + 1, last + 1))

    asyncio.run(scenario())
