"""What somebody is told whose step was refused: why, and what to do instead."""

from __future__ import annotations

from backend.api.problems import Problem
from backend.domain.alert.lifecycle import Refusal, Refused, allowed
from contract.times import format_time
from contract.vocabulary import HANDLING_LABELS, OUTCOME_CODES, Label


def refused(refusal: Refusal) -> Problem:
    """409 where the alert does not allow it now, 422 where something is missing in the request."""
    alert = refusal.alert
    verbs = [str(verb) for verb in allowed(alert)]
    if refusal.reason is Refused.ALREADY_ACCEPTED and alert.holder is not None:
        since = format_time(alert.held_since) if alert.held_since else None
        return Problem(
            409,
            "already_accepted",
            Label(f"{alert.holder.name} 已接警", f"{alert.holder.name} has it"),
            extras={
                "holder": {"id": alert.holder.id, "name": alert.holder.name},
                "since": since,
                "allowed": verbs,
            },
        )
    if refusal.reason is Refused.UNKNOWN_OUTCOME:
        codes = sorted(OUTCOME_CODES)
        return Problem(
            422,
            "unknown_outcome",
            Label("没有这个结案代码", "No such outcome"),
            Label(f"可用：{'、'.join(codes)}", f"One of: {', '.join(codes)}"),
            extras={"outcomes": codes},
        )
    if refusal.reason is Refused.NEEDS_SEEN_BY:
        return Problem(
            422,
            "needs_seen_by",
            Label("须填写当面确认人", "Who has seen the person?"),
            Label(
                "无人应答的紧急呼叫，须有人当面确认后才能结案。",
                "An unanswered SOS closes only when somebody saw them.",
            ),
        )
    if refusal.reason is Refused.SCRIPT_INCOMPLETE:
        return _incomplete(refusal)
    if refusal.reason is Refused.DESTINATION_UNKNOWN:
        return Problem(
            422,
            "destination_unknown",
            Label("尚不知送往哪家医院", "Which hospital?"),
            Label(
                "已转 120 的警情，须填写送往的医院后才能结案。", "It closes once the hand-over says to which hospital."
            ),
        )
    handling = HANDLING_LABELS[alert.handling]
    return Problem(
        409,
        "illegal_transition",
        Label("当前状态不能这样操作", "Not possible now"),
        Label(f"当前状态：{handling.zh}", f"The alert is: {handling.en}"),
        extras={"handling": str(alert.handling), "allowed": verbs},
    )


def _incomplete(refusal: Refusal) -> Problem:
    steps = [{"step": each.step, "label": {"zh-CN": each.label.zh, "en": each.label.en}} for each in refusal.missing]
    zh, en = "、".join(each.label.zh for each in refusal.missing), ", ".join(each.label.en for each in refusal.missing)
    return Problem(
        422,
        "script_incomplete",
        Label("处置步骤未完成", "The script is not complete"),
        Label(f"未完成：{zh}。请完成，或注明为何无法完成。", f"To do: {en}. Do them, or say why one is impossible."),
        extras={"steps": steps},
    )
