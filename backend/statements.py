"""`python -m backend statements make|verify`: what a person is told, and the exit code."""

from __future__ import annotations

import os
import sys
from enum import IntEnum
from typing import Final
from zoneinfo import ZoneInfo

from backend.adapters.clock import SystemClock
from backend.adapters.db.accounting_store import StatementSqlReader, StatementSqlStore
from backend.adapters.db.engine import make_engine
from backend.adapters.db.migrations import migrate
from backend.services.accounting.prove import Fault, FaultKind, Proof, Prove
from backend.services.accounting.state_days import StateDays
from backend.settings import Settings
from contract.vocabulary import Label

NICE: Final = 10
"""A proof of years never makes a press wait."""
SHOWN: Final = 50
VERBS: Final = ("make", "verify")
WORDS: Final[dict[FaultKind, Label]] = {
    FaultKind.POSITION: Label("缺少一条或顺序不对", "a statement is missing or out of its place"),
    FaultKind.LINK: Label("与前一条不衔接", "does not follow the one before it"),
    FaultKind.HASH: Label("写入后被改动", "was changed after it was written"),
    FaultKind.COLUMNS: Label("日期或设备与内容不符", "is not of the day or device beside it"),
    FaultKind.MISSING_DAY: Label("这一天没有对账单", "the day has no statement"),
    FaultKind.MISSING_DEVICE: Label("缺少这台设备或全区的对账", "the device, or the district, has no statement"),
    FaultKind.UNKNOWN_DAY: Label("这一天不应有对账单", "a day that cannot have a statement"),
    FaultKind.UNKNOWN_DEVICE: Label("设备当天没有事件", "the device had no event on that day"),
    FaultKind.FIGURES: Label("与当天的事件不符", "the events of the day say something else"),
}


class StatementsExit(IntEnum):
    """Exit codes."""

    SOUND = 0
    FAULTS = 1
    USAGE = 2


def statements(settings: Settings, verb: str) -> StatementsExit:
    """`make`: state every day that is over. `verify`: prove the chain, and each day from its events."""
    if verb not in VERBS:
        _say("用法：statements make 或 statements verify", "usage: statements make, or statements verify")
        return StatementsExit.USAGE
    os.nice(NICE)
    clock, zone, engine = SystemClock(), ZoneInfo(settings.time_zone), make_engine(settings.database_url)
    try:
        migrate(engine)
        reader = StatementSqlReader(engine)
        if verb == "make":
            return _make(StateDays(reader, StatementSqlStore(engine), clock, zone))
        return _tell(Prove(reader, clock, zone)())
    finally:
        engine.dispose()


def _make(state: StateDays) -> StatementsExit:
    made = 0
    while (added := state()) > 0:
        made += added
    _say(f"新增 {made} 条对账", f"{made} statements made")
    return StatementsExit.SOUND


def _tell(proof: Proof) -> StatementsExit:
    for fault in proof.faults[:SHOWN]:
        print(_line(fault), file=sys.stderr)
    if proof.faults:
        _say(f"对账单有 {len(proof.faults)} 处问题", f"the statements have {len(proof.faults)} faults")
        return StatementsExit.FAULTS
    _say(
        f"{proof.days} 天、{proof.links} 条对账全部成立；末尾哈希 {proof.tip}",
        f"{proof.links} statements of {proof.days} days hold; the last hash is {proof.tip}",
    )
    return StatementsExit.SOUND


def _line(fault: Fault) -> str:
    words = WORDS[fault.kind]
    where = " ".join(part for part in (fault.day, fault.device_id) if part)
    place = f" #{fault.position}" if fault.position is not None else ""
    return f"  {where}{place}: {words.zh} / {words.en}"


def _say(zh: str, en: str) -> None:
    print(f"{zh} / {en}", file=sys.stderr, flush=True)
