"""Two backends on one database: each deadline is claimed once, and one that dies in the middle loses none."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from backend.adapters.db.alarm import timeline
from backend.adapters.db.engine import make_engine
from tests.harness.escalating import Escalating

ALERTS = 1000
POLICY = """
id = "one"
title = { zh-CN = "一", en = "One" }
[needs]
operator = 1
[[steps]]
after_seconds = 30
notify = [{ target = "desk" }]
"""


class Killed(BaseException):
    """The process is gone: nothing after this line happens."""


def _raise_alerts(desk: Escalating, count: int) -> None:
    """Alerts of devices that nobody has enrolled, in batches as a gateway sends them."""
    for begin in range(0, count, 100):
        names = [f"lobby-{number}" for number in range(begin, min(begin + 100, count))]
        desk.send(*(desk.item(name, desk.event(name)) for name in names))


def _fired(engine: Engine) -> Counter[str]:
    with engine.connect() as connection:
        return Counter(connection.scalars(select(timeline.c.alert_id).where(timeline.c.kind == "escalated")))


@pytest.mark.timeout(300)
def test_a_thousand_deadlines_fire_exactly_once_although_one_worker_is_killed(
    database: Engine, database_url: str
) -> None:
    first = Escalating(database, texts={"one.toml": POLICY})
    second = Escalating(make_engine(database_url), first.cover, clock=first.clock, texts={"one.toml": POLICY})
    _raise_alerts(first, ALERTS)
    first.clock.turn(timedelta(seconds=30))
    committed = threading.Event()

    def dies_in_the_middle() -> None:
        looked = 0

        def reach(*arguments: object) -> object:
            nonlocal looked
            looked += 1
            if looked > ALERTS // 4:
                raise Killed
            return type(first.cover).reach(first.cover, *arguments)  # type: ignore[arg-type]

        class Dying(type(first.cover)):  # type: ignore[misc]
            def reach(self, *arguments: object) -> object:
                return reach(*arguments)

        dying = Escalating(make_engine(database_url), Dying(), clock=first.clock, texts={"one.toml": POLICY})
        try:
            while dying.advance(10):
                committed.set()
        except Killed:
            pass
        finally:
            dying.engine.dispose()
            committed.set()

    def works() -> None:
        committed.wait(60)
        while second.advance(10):
            pass

    threads = [threading.Thread(target=work, name=work.__name__) for work in (dies_in_the_middle, works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while first.advance(10):
        pass
    fired = _fired(database)
    assert len(fired) == ALERTS
    assert set(fired.values()) == {1}
    second.engine.dispose()
