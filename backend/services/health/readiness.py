"""Whether this process can keep the promise now, check by check, and in words what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backend.services.health.ports import Backlog, Component, ComponentState, TickState
from contract.vocabulary import Label

ECHO_FIGURE: Final = "echo_age_seconds"
"""Figure of the emergency lanes: seconds since their last echo through the broker."""
EMERGENCY_LANE: Final = "gateway-emergency"
ECHO_SECONDS: Final = 15.0
"""No echo for so long and a gateway gives up (reliability.md, rule 13)."""
AUDITOR: Final = "auditor"
PROOF_FIGURE: Final = "proof_age_seconds"
"""Figure of the auditor: seconds since every open alert was proved to have a next step, or raised."""
PROOF_SECONDS: Final = 60.0
"""Six rounds; whoever is outside hears of one each minute."""
FACTS_SECONDS: Final = 15.0
TIMER_SECONDS: Final = 5.0
OUTBOX_SECONDS: Final = 15.0
MOST_WHY: Final = 4000
FREE_BYTES: Final = 512 * 1024 * 1024
"""Some hours of presses and telemetry: time for somebody to come."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found at `looked_at` (monotonic seconds). None: it could not be found out, or is not asked here.

    `write_error`: kind of the error of the last write to the database.
    """

    looked_at: float
    at: datetime
    write_error: str | None
    components: Sequence[Component] | None
    backlog: Backlog | None
    free_bytes: int | None
    telemetry_ok: bool | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One condition: `code` is stable, `label` names it, `detail` says what was found."""

    code: str
    ok: bool
    label: Label
    detail: Label


def judge(
    facts: Facts | None, ticks: Sequence[TickState], monotonic: float, refused: Sequence[str] = ()
) -> list[Check]:
    """Every check in a fixed order. Without facts, or with old ones, nothing is known to work.

    `refused`: what cannot be used of the configuration, each with file and place.
    """
    if facts is None or monotonic - facts.looked_at > FACTS_SECONDS:
        found = Label("最近没有检查结果", "nothing has been checked lately")
        return [Check("looked", False, Label("自检", "Self-check"), found)]
    return list(_checks(facts, ticks, refused))


def _checks(facts: Facts, ticks: Sequence[TickState], refused: Sequence[str]) -> Iterator[Check]:
    error = facts.write_error
    wrote = Label(f"写入失败：{error}", f"write failed: {error}") if error else Label("可写入", "writable")
    yield Check("database_write", error is None, Label("数据库写入", "Database write"), wrote)
    yield _echo(facts)
    yield _timers(facts.backlog, ticks)
    yield _proof(facts)
    age = None if facts.backlog is None else facts.backlog.outbox_age_seconds
    yield _within("outbox_age", Label("待发指令", "Outbox"), age, OUTBOX_SECONDS)
    free = None if facts.free_bytes is None else facts.free_bytes // 1_000_000
    left = Label("未知", "unknown") if free is None else Label(f"剩余 {free} MB", f"{free} MB free")
    enough = facts.free_bytes is not None and facts.free_bytes >= FREE_BYTES
    yield Check("free_disk", enough, Label("磁盘空间", "Free disk"), left)
    yield _configuration(refused)
    if facts.telemetry_ok is not None:
        answers = Label("可用", "answers") if facts.telemetry_ok else Label("不可用", "does not answer")
        yield Check("telemetry_store", facts.telemetry_ok, Label("监测数据库", "Telemetry store"), answers)


def _configuration(refused: Sequence[str]) -> Check:
    """The platform runs on what was in force before, or on what is built in; whoever wrote the file has to know."""
    label = Label("配置文件", "Configuration")
    if not refused:
        return Check("configuration", True, label, Label("可用", "in use"))
    why = "; ".join(refused)[:MOST_WHY]
    zh = f"以下内容未生效，仍用之前或内置的设置，请改正文件并重启后台：{why}"
    en = f"not in use, what was before or is built in serves; correct the file and restart the backend: {why}"
    return Check("configuration", False, label, Label(zh, en))


def _echo(facts: Facts) -> Check:
    """The youngest echo that any emergency lane heard: one lane that works is enough."""
    age = _youngest(facts, EMERGENCY_LANE, ECHO_FIGURE)
    return _within("broker_echo", Label("消息服务器回声", "Broker echo"), age, ECHO_SECONDS)


def _proof(facts: Facts) -> Check:
    """The last round in which every open alert was proved, in whatever process."""
    age = _youngest(facts, AUDITOR, PROOF_FIGURE)
    return _within("audit", Label("警情自查", "Proof of open alerts"), age, PROOF_SECONDS)


def _youngest(facts: Facts, component: str, figure: str) -> float | None:
    """Of an age that components report, whose name begins like this; None where none that works has reported it."""
    ages = [
        each.figures[figure] + max(0.0, (facts.at - each.reported_at).total_seconds())
        for each in facts.components or ()
        if each.component.startswith(component)
        and each.state in (ComponentState.UP, ComponentState.DEGRADED)
        and figure in each.figures
    ]
    return min(ages, default=None)


def _timers(backlog: Backlog | None, ticks: Sequence[TickState]) -> Check:
    label = Label("定时器", "Timers")
    bad = [tick.name for tick in ticks if tick.stuck or tick.error is not None]
    if bad:
        names = ", ".join(bad)
        return Check("timer_lag", False, label, Label(f"未正常运行：{names}", f"not running properly: {names}"))
    lags = [tick.lag_seconds for tick in ticks]
    lag = None if backlog is None else max([backlog.timer_lag_seconds, *lags])
    return _within("timer_lag", label, lag, TIMER_SECONDS)


def _within(code: str, label: Label, seconds: float | None, limit: float) -> Check:
    if seconds is None:
        return Check(code, False, label, Label("未知", "unknown"))
    found = Label(f"{seconds:.1f} 秒（上限 {limit:.0f} 秒）", f"{seconds:.1f} s (at most {limit:.0f} s)")
    return Check(code, seconds <= limit, label, found)
