"""How late deadlines fire with many alerts open, and what a claim costs as the table grows.

`python -m bench.deadlines [--open 10000] [--rows 1000000]`. The real stores; nobody is told (nobody is on duty but the
desks), so that what is measured is claiming and moving runs. One process ticks each second as the worker does. Bounded
to about ten minutes.
"""

from __future__ import annotations

import argparse
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, insert, select, update

from backend.adapters.db.alarm import alerts
from backend.adapters.db.engine import is_sqlite, make_engine, writing
from backend.adapters.db.escalation import runs
from backend.adapters.db.migrations import migrate
from bench.figures import quantile
from tests.harness.clock import ManualClock, stopwatch, wait_until
from tests.harness.escalating import Escalating
from tests.harness.postgres import create_database, drop_database, postgres_url

SPREAD_SECONDS = 60
AT_ONCE = 10
ROWS_A_BATCH = 5_000
CLAIMS = 40
POLICY = """
id = "bench"
title = { zh-CN = "测量", en = "Measured" }
[needs]
operator = 1
[[steps]]
after_seconds = 0
notify = [{ target = "desk" }]
[[steps]]
after_seconds = 3600
notify = [{ target = "desk", level = "parent" }]
"""


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=10_000, help="open alerts, their deadlines spread over a minute")
    parser.add_argument("--rows", type=int, default=1_000_000, help="closed alerts for the cost of a claim")
    options = parser.parse_args()
    for name in ("sqlite", "postgresql"):
        with _database(name) as engine:
            late = lateness(engine, options.open)
            p50, p99 = quantile(late, 0.5), quantile(late, 0.99)
            print(f"{name}: {len(late)} deadlines, late by p50 {p50:.2f} s, p99 {p99:.2f} s, most {max(late):.2f} s")
        with _database(name) as engine:
            for rows, cost in claims(engine, options.rows):
                print(
                    f"{name}: claim of {AT_ONCE} with {rows} alerts closed: p50 {quantile(cost, 0.5) * 1000:.2f} ms, "
                    f"p99 {quantile(cost, 0.99) * 1000:.2f} ms"
                )


@contextmanager
def _database(name: str) -> Iterator[Engine]:
    if name == "sqlite":
        with tempfile.TemporaryDirectory(prefix="care-bench-") as folder:
            engine = make_engine(f"sqlite:///{Path(folder, 'care.sqlite')}")
            migrate(engine)
            yield engine
            engine.dispose()
        return
    database = create_database()
    engine = make_engine(postgres_url(database))
    migrate(engine)
    yield engine
    engine.dispose()
    drop_database(database)


def lateness(engine: Engine, count: int) -> list[float]:
    """Seconds between each deadline and the commit of what it fired, the clock following real time."""
    desk = Escalating(engine, clock=ManualClock(), texts={"bench.toml": POLICY})
    _open(desk, count)
    origin = desk.clock.now()
    with writing(engine) as connection:
        ids = list(connection.scalars(select(runs.c.alert_id)))
        for number, alert_id in enumerate(ids):
            at = origin + timedelta(seconds=SPREAD_SECONDS * number / len(ids))
            connection.execute(update(runs).where(runs.c.alert_id == alert_id).values(due_at=at, began_at=at))
        connection.commit()
    begun = stopwatch()
    late: list[float] = []
    tick = 0
    while len(late) < count:
        tick += 1
        _wait_for(begun + tick)
        while True:
            desk.clock.turn(origin + timedelta(seconds=stopwatch() - begun) - desk.clock.now())
            due = _due(engine, desk.clock.now())
            moved = desk.advance(AT_ONCE)
            now = origin + timedelta(seconds=stopwatch() - begun)
            late.extend((now - at).total_seconds() for at in due[:moved])
            if moved < AT_ONCE:
                break
    return late


def _wait_for(bell: float) -> None:
    wait_until(lambda: stopwatch() >= bell, "the bell of the second")


def _due(engine: Engine, now: datetime) -> list[datetime]:
    with engine.connect() as connection:
        query = select(runs.c.due_at).where(runs.c.due_at <= now).order_by(runs.c.due_at).limit(AT_ONCE)
        return list(connection.scalars(query))


def claims(engine: Engine, most: int) -> Iterator[tuple[int, list[float]]]:
    """Seconds of a claim that finds ten, at each size of the table, empty runs moved back each time."""
    desk = Escalating(engine, clock=ManualClock(), texts={"bench.toml": POLICY})
    _open(desk, AT_ONCE)
    size = 0
    for goal in (1_000, 10_000, 100_000, most):
        if goal > most:
            continue
        _closed(desk, goal - size)
        size = goal
        cost = []
        for _ in range(CLAIMS):
            with writing(engine) as connection:
                connection.execute(
                    update(runs).where(runs.c.state == "running").values(due_at=desk.clock.now(), step=0)
                )
                connection.commit()
            before = stopwatch()
            assert desk.advance(AT_ONCE) == AT_ONCE
            cost.append(stopwatch() - before)
        yield goal, cost


def _open(desk: Escalating, count: int) -> None:
    for begin in range(0, count, 500):
        names = [f"lobby-{number}" for number in range(begin, min(begin + 500, count))]
        desk.send(*(desk.item(name, desk.event(name)) for name in names))


def _closed(desk: Escalating, count: int) -> None:
    """Rows as closed alerts leave them."""
    with writing(desk.engine) as connection:
        template = dict(connection.execute(select(alerts).limit(1)).mappings().one())
        connection.commit()
    for begin in range(0, count, ROWS_A_BATCH):
        ids = [str(uuid.uuid4()) for _ in range(min(ROWS_A_BATCH, count - begin))]
        at = desk.clock.now()
        with writing(desk.engine) as connection:
            rows = [
                {**template, "id": each, "device_id": f"d{each[:8]}", "handling": "closed", "closed_at": at}
                for each in ids
            ]
            connection.execute(insert(alerts), rows)
            ended = {"book": "", "state": "ended", "version": 9, "step": 1, "round": 0, "began_at": at}
            connection.execute(insert(runs), [{**ended, "alert_id": each} for each in ids])
            connection.commit()
    if not is_sqlite(desk.engine):
        with desk.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")


if __name__ == "__main__":
    main()
