"""How a refusal of the registry is said."""

from __future__ import annotations

from typing import Final

from backend.api.problems import Problem
from backend.services.registry.refusals import RegistryRefusal, RegistryRefused
from contract.vocabulary import Label

_R = RegistryRefusal
_TITLES: Final[dict[RegistryRefusal, tuple[int, Label]]] = {
    _R.UNKNOWN_DEVICE: (404, Label("没有这台设备", "No such device")),
    _R.UNKNOWN_HOME: (404, Label("没有这个住户", "No such home")),
    _R.UNKNOWN_RESIDENT: (404, Label("该住户没有这位老人", "No such resident in this home")),
    _R.UNKNOWN_CONTACT: (404, Label("该住户没有这位联系人", "No such contact of this home")),
    _R.UNKNOWN_WINDOW: (404, Label("该设备没有开放的测试时段", "No test window is open for this device")),
    _R.ILLEGAL_TRANSITION: (
        409,
        Label("设备不能从现在的状态改为该状态", "Not possible from its present state"),
    ),
    _R.NEEDS_HOME: (422, Label("请先指定住户", "Say for which home: home_id")),
    _R.NEEDS_REASON: (422, Label("请写明原因", "Write down why: reason")),
    _R.NOT_COMMISSIONED: (
        422,
        Label(
            "该住户的验收清单尚未签字；请先签字，或写明原因",
            "The checklist is not signed off: do, or say why",
        ),
    ),
    _R.HOME_WITH_ENROLMENT_ONLY: (
        422,
        Label(
            "住户只能在登记时指定；要换住户，请先退回库存",
            "A home goes with state enrolled, from the shelf",
        ),
    ),
    _R.NOT_IN_STOCK: (409, Label("替换的设备不在库存", "The other device is not on the shelf")),
    _R.NOT_AT_HOME: (409, Label("该设备不在任何住户", "The device is in nobody's home")),
    _R.OTHER_KIND: (409, Label("两台设备种类不同", "The two are of different kinds")),
    _R.SAME_DEVICE: (422, Label("不能用自己替换自己", "A device cannot replace itself")),
    _R.AWAY_UNTIL_MISPLACED: (
        422,
        Label("预计返回时间只用于外出状态，且须晚于现在", "away_until goes with status away, and lies ahead"),
    ),
    _R.ORDER_INCOMPLETE: (422, Label("顺序须列出全部联系人，各一次", "Name every contact of the home, once each")),
    _R.CHECKLIST_OPEN: (422, Label("清单尚有未完成项，请写明原因", "Something on the checklist is open: say why")),
    _R.BATCH_EXISTS: (409, Label("批次已存在，内容不同", "The delivery exists already, with other content")),
    _R.DEVICE_EXISTS: (409, Label("设备已登记", "The device is known already")),
    _R.WINDOW_OPEN: (409, Label("已有他人开放的测试时段", "Somebody else has a test window open")),
    _R.CONFLICT: (409, Label("与另一请求冲突，请重试", "Another request was at it: try again")),
    _R.KEY_REUSED: (422, Label("幂等键已用于另一请求", "The Idempotency-Key was used for another request")),
}


def refused(refusal: RegistryRefused) -> Problem:
    """The problem, with the ids that it is about."""
    status, title = _TITLES[refusal.reason]
    return Problem(status, refusal.reason, title, extras={"ids": list(refusal.ids)} if refusal.ids else None)
