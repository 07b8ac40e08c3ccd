"""`python -m backend demo load|wipe|show`: what a person is told, and the exit code."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from backend.adapters.clock import SystemClock
from backend.adapters.db.demo_store import SqlDemoStore
from backend.adapters.db.engine import make_engine
from backend.adapters.db.migrations import migrate
from backend.adapters.demo_progress import DemoProgress
from backend.adapters.demo_table import table
from backend.adapters.telemetry.demo_statuses import DemoStatuses
from backend.domain.demo import figures
from backend.parts.broker import BrokerParts
from backend.services.demo.load import LoadDemo, Loaded
from backend.services.demo.ports import DemoLoad, StoreBusy
from backend.services.demo.show import ShowDemo
from backend.services.demo.wipe import WipeDemo
from backend.services.telemetry.ports import TelemetryAway
from backend.settings import Settings
from backend.telemetry_store import ChosenTelemetry
from contract.vocabulary import Label

SEED: Final = 20_261_125
DAYS: Final = 90
HOMES: Final = 2_000
WORDS: Final[dict[Loaded, Label]] = {
    Loaded.DONE: Label("演示区已载入", "the demo district is loaded"),
    Loaded.ALREADY: Label("演示区已在，无改动", "the demo district is there already; nothing was changed"),
    Loaded.ANOTHER: Label(
        "已有另一个演示区（种子、户数或天数不同），请先 ./care demo wipe",
        "another demo district (seed, homes or days differ) is there: ./care demo wipe first",
    ),
    Loaded.WIPING: Label(
        "演示区正在清除，请再执行 ./care demo wipe", "the demo district is being wiped: ./care demo wipe again"
    ),
    Loaded.OVERTAKEN: Label("另一个进程正在载入或清除演示区", "another process loads or wipes the demo district"),
}


class DemoExit(IntEnum):
    """Exit codes."""

    DONE = 0
    REFUSED = 1
    """Another one is there; or, of `show`, there is none or a figure is not as asked for."""
    USAGE = 2
    UNREACHABLE = 5
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed; None: as usual."""

    verb: str
    seed: int | None = None
    homes: int | None = None


@dataclass(frozen=True, slots=True)
class _Parts:
    settings: Settings
    engine: Engine
    clock: SystemClock
    store: SqlDemoStore
    statuses: DemoStatuses


def demo(settings: Settings, asked: Asked) -> DemoExit:
    """Broken off at any moment, another call goes on from there.

    Not at a lower priority, as other long work: whoever holds SQLite's one writer and gets no processor keeps a press
    waiting. It rests instead.
    """
    verbs: dict[str, Callable[[_Parts, Asked], DemoExit]] = {"load": _load, "wipe": _wipe, "show": _show}
    if asked.verb not in verbs or not _within(asked):
        _say(
            f"用法：demo load [--seed N] [--homes {figures.HOMES[0]}–{figures.HOMES[1]}]，demo wipe，demo show",
            f"usage: demo load [--seed N] [--homes {figures.HOMES[0]} to {figures.HOMES[1]}], demo wipe, demo show",
        )
        return DemoExit.USAGE
    engine, clock = make_engine(settings.database_url), SystemClock()
    telemetry = ChosenTelemetry(settings, clock)
    statuses = DemoStatuses(telemetry.states, telemetry.store, telemetry.erasable)
    try:
        migrate(engine)
        return verbs[asked.verb](_Parts(settings, engine, clock, SqlDemoStore(engine, clock), statuses), asked)
    except (StoreBusy, OperationalError, TelemetryAway) as away:
        # The first line only: what follows are statements.
        why = str(away).partition("\n")[0]
        _say(f"中断，可再次执行以继续：{why}", f"broken off, call again to go on: {why}")
        return DemoExit.UNREACHABLE
    except KeyboardInterrupt:
        _say("已停止，可再次执行以继续", "stopped, call again to go on")
        return DemoExit.INTERRUPTED
    finally:
        telemetry.stop()
        engine.dispose()


def _within(asked: Asked) -> bool:
    homes, seed = asked.homes or HOMES, asked.seed if asked.seed is not None else SEED
    return figures.HOMES[0] <= homes <= figures.HOMES[1] and figures.SEEDS[0] <= seed <= figures.SEEDS[1]


def _load(parts: _Parts, asked: Asked) -> DemoExit:
    seed = SEED if asked.seed is None else asked.seed
    wanted = DemoLoad(seed, asked.homes or HOMES, DAYS, parts.clock.now(), parts.settings.time_zone)
    with DemoProgress("载入 loading", parts.clock.monotonic) as progress:
        loaded = LoadDemo(parts.store, parts.statuses, parts.clock, _pause)(wanted, progress)
    _say(WORDS[loaded].zh, WORDS[loaded].en)
    return DemoExit.DONE if loaded in (Loaded.DONE, Loaded.ALREADY) else DemoExit.REFUSED


def _wipe(parts: _Parts, _asked: Asked) -> DemoExit:
    broker = BrokerParts(parts.settings, parts.engine, parts.clock).accounts
    with DemoProgress("清除 wiping", parts.clock.monotonic) as progress:
        wiped = WipeDemo(parts.store, parts.statuses, broker, parts.clock, _pause)(progress)
    if wiped:
        _say("演示区已全部清除", "the demo district is gone, every row of it")
    else:
        _say("没有演示区", "there is no demo district")
    return DemoExit.DONE


def _show(parts: _Parts, _asked: Asked) -> DemoExit:
    shown = ShowDemo(parts.store, parts.statuses)()
    if shown is None:
        _say("没有演示区：./care demo load", "there is no demo district: ./care demo load")
        return DemoExit.REFUSED
    print(table(shown.load, shown.lines, ZoneInfo(shown.load.time_zone)), flush=True)
    return DemoExit.DONE if all(line.met for line in shown.lines) else DemoExit.REFUSED


def _pause(span: timedelta) -> None:
    threading.Event().wait(span.total_seconds())


def _say(zh: str, en: str) -> None:
    print(f"{zh} / {en}", file=sys.stderr, flush=True)
