"""What roles, kinds of responders, reasons of duty and of gaps are called."""

from __future__ import annotations

from typing import Final

from backend.domain.escalation.targets import DutyRole, ResponderKind
from backend.domain.roster.model import Uncovered, Why
from contract.vocabulary import Label

ROLE_LABELS: Final = {
    DutyRole.OPERATOR: Label("坐席", "operator"),
    DutyRole.RESPONDER: Label("上门人员", "responder"),
    DutyRole.MANAGER: Label("负责人", "manager"),
}
RESPONDER_LABELS: Final = {
    ResponderKind.CENTRE_STAFF: Label("中心工作人员", "centre staff"),
    ResponderKind.VOLUNTEER: Label("志愿者", "volunteer"),
    ResponderKind.RESCUE: Label("救援队", "rescue organisation"),
    ResponderKind.FIRE_POST: Label("消防站", "fire post"),
}
WHY_LABELS: Final = {
    Why.ROTATION: Label("轮班", "by rotation"),
    Why.HOLIDAY: Label("节假日安排", "by holiday"),
    Why.OVERRIDE: Label("临时调整", "by override"),
    Why.NO_ROSTER: Label("未排班，按默认规则", "no roster, by default"),
}
GAP_LABELS: Final = {
    Uncovered.NOBODY_ROSTERED: Label("无人排班", "nobody is on the roster"),
    Uncovered.NO_VERIFIED_CHANNEL: Label("值班人没有已验证的联系方式", "whoever is on duty has no verified channel"),
    Uncovered.INACTIVE: Label(
        "值班人已停用或不再担任此角色", "whoever is on duty is not active, or not in this role, any more"
    ),
}
