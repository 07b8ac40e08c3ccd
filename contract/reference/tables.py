"""The vocabulary and the refusals as tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from contract.metrics import METRICS
from contract.reference.examples import REFUSED
from contract.reference.meanings import COMMANDS, FLAGS, MODES, OUTCOMES, REFUSALS, RESULTS, STAGES
from contract.vocabulary import (
    EVENT_TYPES,
    HANDLING_LABELS,
    OUTCOME_CODES,
    SEVERITY_LABELS,
    Label,
    command_lane,
)

NOTE = "<!-- Made by `python -m contract.reference`; change contract/ instead. 由程序生成，请修改 contract/。 -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def _labels(title: str, entries: Mapping[str, Label]) -> str:
    rows = [(f"`{code}`", label.zh, label.en) for code, label in entries.items()]
    return f"## {title}\n\n{table(('code', '中文', 'English'), rows)}"


def vocabulary_page() -> str:
    """Event types, metrics, commands and every other code."""
    parts = [
        f"{NOTE}\n\n# Vocabulary / 词汇表\n",
        _event_types(),
        _metrics(),
        _commands(),
        _labels("Stages of `reassure` / 应答阶段", {str(k): v for k, v in STAGES.items()}),
        _labels("Modes of `reassure` / 应答方式", {str(k): v for k, v in MODES.items()}),
        _labels("Results of commands / 命令结果", {str(k): v for k, v in RESULTS.items()}),
        _labels("Severities / 级别", {str(k): v for k, v in SEVERITY_LABELS.items()}),
        _labels("Handling / 处置", {str(k): v for k, v in HANDLING_LABELS.items()}),
        _closing(),
        _labels("Ingest outcomes / 接入结果", {str(k): v for k, v in OUTCOMES.items()}),
        _labels("Flags / 标记", {str(k): v for k, v in FLAGS.items()}),
    ]
    return "\n".join(parts)


def _event_types() -> str:
    rows = [
        (
            f"`{entry.name}`",
            entry.label.zh,
            entry.label.en,
            str(entry.severity or "—"),
            "yes" if entry.answered else "no",
            f"`{entry.clears}`" if entry.clears else "—",
        )
        for entry in EVENT_TYPES.values()
    ]
    return "## Event types / 事件类型\n\n" + table(("type", "中文", "English", "severity", "answered", "clears"), rows)


def _metrics() -> str:
    rows = [
        (
            f"`{metric.name}`",
            metric.label.zh,
            metric.label.en,
            "`v`" if metric.kind == "number" else "`vb`",
            f"`{metric.unit}`" if metric.unit else "—",
            f"{metric.low:,} … {metric.high:,}" if metric.kind == "number" else "true, false",
        )
        for metric in METRICS.values()
    ]
    return "## Metrics / 指标\n\n" + table(("name", "中文", "English", "field", "unit", "range"), rows)


def _commands() -> str:
    rows = [(f"`{name}`", label.zh, label.en, str(command_lane(name))) for name, label in COMMANDS.items()]
    return "## Commands / 命令\n\n" + table(("command", "中文", "English", "lane"), rows)


def _closing() -> str:
    rows = [
        (f"`{code}`", entry.label.zh, entry.label.en, "yes" if entry.needs_seen_by else "no")
        for code, entry in OUTCOME_CODES.items()
    ]
    head = ("code", "中文", "English", "SOS needs `seen_by`")
    return "## Outcomes of an alert / 结案结果\n\n" + table(head, rows)


def refusals_page() -> str:
    """Every reason why bytes are no message of the contract, with an example."""
    rows = [
        (f"`{reason}`", label.zh, label.en, f"`{REFUSED[reason].channel}`", f"`{REFUSED[reason].shown}`")
        for reason, label in REFUSALS.items()
    ]
    intro = (
        "A refused message on the event topic of a known device becomes an alert *unreadable event*; elsewhere it is\n"
        "counted and kept for inspection. A bad record of a telemetry pack costs only itself.\n\n"
        "已登记设备的事件主题上无法识别的消息会成为“无法识别的呼叫”警报；其他主题上的消息计数并留存备查。遥测包中的一条坏记录只影响它自己。\n"
    )
    head = ("reason", "中文", "English", "topic", "example")
    return f"{NOTE}\n\n# Refusals / 拒绝原因\n\n{intro}\n{table(head, rows)}"
