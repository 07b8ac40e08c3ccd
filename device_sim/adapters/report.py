"""How the reconciled ledger is shown: as text in both languages, or as JSON."""

from __future__ import annotations

import msgspec

from device_sim.model.reconcile import Report

_SHOWN = 20
"""Presses named one by one; the JSON form names all."""


def as_json(report: Report) -> str:
    """The report as one JSON object."""
    return msgspec.json.encode(report).decode()


def as_text(report: Report) -> str:
    """The report for a terminal window."""
    lines = [
        f"按键 / pressed                 {report.pressed}",
        f"需要答复 / owed an answer      {report.owed}",
        f"已发送 / sent                  {report.sent}（{report.attempts} 次 / attempts）",
        f"已答复 / answered              {report.answered}",
        f"未答复 / unanswered            {len(report.unanswered)}",
        f"答复编号不一致 / answers with more than one id  {len(report.doubled)}",
    ]
    if report.latency is not None:
        t = report.latency
        quartiles = f"{t.lowest:.0f} / {t.quartile_1:.0f} / {t.median:.0f} / {t.quartile_3:.0f} / {t.highest:.0f} ms"
        lines.append(f"按键到答复 / press to answer（min q1 median q3 max）  {quartiles}")
    lines += [f"  未答复 / unanswered: {device_id} {event_id}" for device_id, event_id in report.unanswered[:_SHOWN]]
    lines += [f"  不一致 / doubled: {' '.join(key)}" for key in report.doubled[:_SHOWN]]
    return "\n".join(lines)
