"""How a refusal of a work order is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backend.api.problems import Problem
from backend.domain.work_order.labels import STATE_LABELS
from backend.domain.work_order.lifecycle import FAILED_CALLS, LONGEST_HOLD, Refusal, Refused, allowed
from backend.domain.work_order.rules import Book
from backend.services.work_order.act import Acted
from backend.services.work_order.register import Unregistered
from contract.vocabulary import Label

_NOT_FOUND: Final = Label("没有这张工单", "No such work order")
_UNKNOWN: Final[Mapping[str, Label]] = {
    "unknown_person": Label("没有这个人，或已停用", "No such person, or not active"),
    "unknown_provider": Label("没有这个机构，或已停用", "No such organisation, or disabled"),
    "unknown_kind": Label("没有这种工单", "No such kind of work order"),
    "unknown_home": Label("没有这个住户", "No such home"),
    "unknown_resident": Label("该住户没有这位老人", "No such resident in this home"),
    "unknown_alert": Label("没有这条警情", "No such alert"),
}


def not_found() -> Problem:
    """404."""
    return Problem(404, "not_found", _NOT_FOUND)


def not_done(why: Acted | Unregistered) -> Problem:
    """What became of a request that was not done."""
    if why is Acted.NOT_FOUND:
        return not_found()
    if str(why) == "key_reused":
        return Problem(
            422,
            "idempotency_key_reused",
            Label("请求标识被重复使用", "Idempotency-Key used before"),
            Label("该标识已用于另一请求。", "The same key was used for another request; send a new key."),
        )
    return Problem(422, str(why), _UNKNOWN[str(why)])


def refused(refusal: Refusal, book: Book) -> Problem:
    """409 with what may be done instead; 422 where a field is at fault."""
    order = refusal.order
    rules = book.of(order.kind)
    extras = {"state": str(order.state), "allowed": [str(verb) for verb in allowed(order, rules)]}
    if refusal.reason is Refused.BAD_HOLD:
        days = LONGEST_HOLD.days
        return Problem(
            422,
            "bad_hold",
            Label("挂起的期限不对", "Not a time until which it can wait"),
            Label(f"须晚于现在，且不超过 {days} 天。", f"Later than now, and within {days} days."),
        )
    title, detail = _words(refusal, book)
    return Problem(409, str(refusal.reason), title, detail, extras=extras)


def _words(refusal: Refusal, book: Book) -> tuple[Label, Label | None]:
    order = refusal.order
    if refusal.reason is Refused.NEEDS_CALL_BACK:
        failed = order.failed_call_backs
        return Label("须先回访才能结束", "Call back first"), Label(
            f"需要回访结果，或 {FAILED_CALLS} 次未成功的回访；目前 {failed} 次。",
            f"Needs the result of a call-back, or {FAILED_CALLS} that reached nobody; {failed} so far.",
        )
    if refusal.reason is Refused.NOT_FOR_THIS_KIND:
        takers = sorted(map(str, book.of(order.kind).taken_by))
        return Label("此人不能接这种工单", "This person cannot take this kind"), Label(
            f"可以接的：{'、'.join(takers)}", f"May be taken by: {', '.join(takers)}"
        )
    if refusal.reason is Refused.ON_HOLD:
        return Label("工单已挂起，请先恢复", "On hold: resume it first"), None
    if refusal.reason is Refused.NOT_ON_HOLD:
        return Label("工单没有挂起", "Not on hold"), None
    state = STATE_LABELS[order.state]
    return Label("当前状态不能这样操作", "Not possible now"), Label(
        f"当前状态：{state.zh}", f"The work order is: {state.en}"
    )
