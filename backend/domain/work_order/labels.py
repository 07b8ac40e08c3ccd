"""What people call the words of work orders, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backend.domain.work_order.model import CallResult, EntryKind, Origin, Outcome, Priority, State, Verb
from backend.domain.work_order.provider import ChoiceReason
from contract.vocabulary import Label

STATE_LABELS: Final[Mapping[State, Label]] = {
    State.SCHEDULED: Label("预约", "Scheduled"),
    State.REGISTERED: Label("已受理，待派单", "Registered, to be assigned"),
    State.ASSIGNED: Label("已派单，待处置", "Assigned, to be started"),
    State.IN_PROGRESS: Label("处置中", "In progress"),
    State.FINISHED: Label("处置完毕，待回访", "Done, to be called back"),
    State.CALLED_BACK: Label("已回访，待评价", "Called back, to be rated"),
    State.RATED: Label("已评价，待结束", "Rated, to be closed"),
    State.CLOSED: Label("已结束", "Closed"),
    State.CANCELLED: Label("已取消", "Cancelled"),
}
VERB_LABELS: Final[Mapping[Verb, Label]] = {
    Verb.ACCEPT: Label("接单", "Accept"),
    Verb.ASSIGN: Label("派单", "Assign"),
    Verb.START: Label("开始处置", "Start"),
    Verb.FINISH: Label("处置完毕", "Finish"),
    Verb.CALL_BACK: Label("登记回访", "Record a call-back"),
    Verb.RATE: Label("登记评价", "Record the rating"),
    Verb.CLOSE: Label("结束", "Close"),
    Verb.CANCEL: Label("取消", "Cancel"),
    Verb.HOLD: Label("挂起", "Put on hold"),
    Verb.RESUME: Label("恢复", "Resume"),
    Verb.NOTE: Label("备注", "Note"),
}
PRIORITY_LABELS: Final[Mapping[Priority, Label]] = {
    Priority.URGENT: Label("特急", "Urgent"),
    Priority.HIGH: Label("急", "High"),
    Priority.NORMAL: Label("普通", "Normal"),
    Priority.LOW: Label("不急", "Low"),
}
ORIGIN_LABELS: Final[Mapping[Origin, Label]] = {
    Origin.KEY_PRESS: Label("服务键", "Service key"),
    Origin.OPERATOR: Label("坐席登记", "By an operator"),
    Origin.FOLLOW_UP: Label("事后回访", "Follow-up"),
    Origin.DEVICE: Label("设备", "Device"),
}
OUTCOME_LABELS: Final[Mapping[Outcome, Label]] = {
    Outcome.DONE: Label("已办妥", "Done"),
    Outcome.PARTLY_DONE: Label("部分办妥", "Partly done"),
    Outcome.NOT_NEEDED: Label("不再需要", "Not needed any more"),
    Outcome.NOT_POSSIBLE: Label("无法办理", "Not possible"),
    Outcome.REFERRED: Label("已转其他机构", "Referred to somebody else"),
}
RESULT_LABELS: Final[Mapping[CallResult, Label]] = {
    CallResult.SATISFIED: Label("满意", "Satisfied"),
    CallResult.DISSATISFIED: Label("不满意", "Dissatisfied"),
    CallResult.UNRESOLVED: Label("未解决，继续处置", "Not settled, the work goes on"),
    CallResult.NO_ANSWER: Label("无人接听", "No answer"),
    CallResult.UNREACHABLE: Label("无法接通", "Unreachable"),
    CallResult.WRONG_NUMBER: Label("号码有误", "Wrong number"),
}
ENTRY_LABELS: Final[Mapping[EntryKind, Label]] = {
    EntryKind.SCHEDULED: Label("已预约", "Scheduled"),
    EntryKind.REGISTERED: Label("受理", "Registered"),
    EntryKind.OFFERED: Label("选定服务机构", "Provider chosen"),
    EntryKind.ASSIGNED: Label("派单", "Assigned"),
    EntryKind.STARTED: Label("开始处置", "Started"),
    EntryKind.FINISHED: Label("处置完毕", "Work done"),
    EntryKind.CALLED_BACK: Label("回访", "Called back"),
    EntryKind.CALL_FAILED: Label("回访未成功", "Call-back failed"),
    EntryKind.REOPENED: Label("未解决，退回处置", "Not settled, back to work"),
    EntryKind.RATED: Label("评价", "Rated"),
    EntryKind.CLOSED: Label("结束", "Closed"),
    EntryKind.CANCELLED: Label("取消", "Cancelled"),
    EntryKind.HELD: Label("挂起", "Put on hold"),
    EntryKind.RESUMED: Label("恢复", "Resumed"),
    EntryKind.NOTED: Label("备注", "Note"),
    EntryKind.SUPERVISED: Label("督办", "Supervised"),
    EntryKind.TOLD: Label("已通知", "Told"),
    EntryKind.NOBODY_TO_TELL: Label("无人可通知", "Nobody to tell"),
}
REASON_LABELS: Final[Mapping[str, Label]] = {
    ChoiceReason.NEAREST_OPEN: Label("正在营业的最近机构", "The nearest that is open"),
    ChoiceReason.UP_THE_TREE: Label("按隶属关系选定", "By the organisation tree"),
    ChoiceReason.OPENS_FIRST: Label("都已关门，最早开门的机构", "All are closed: the one that opens first"),
    ChoiceReason.RESPONSIBLE_CENTRE: Label("无专门机构，由所属中心负责", "Nobody offers it: the centre of the home"),
    ChoiceReason.NAMED: Label("人工指定", "Chosen by somebody"),
    "overdue": Label("本步超时", "The step is overdue"),
    "hold_over": Label("挂起到期", "The hold is over"),
    "offered": Label("请受理", "Please take it"),
    "no_manager": Label("没有可通知的管理员", "No manager who can be told"),
    "no_verified_channel": Label("机构没有已验证的联系方式", "The provider has no verified contact point"),
    "no_organisation": Label("没有任何机构", "There is no organisation"),
    **{str(origin): label for origin, label in ORIGIN_LABELS.items()},
}
"""Why the platform did something; what people write as a reason stands as it is."""
