"""What each code of the contract means, in the words of the reference; a test asks for every one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from contract.codec import RefusalReason
from contract.vocabulary import CommandName, Flag, IngestOutcome, Label, ReassureMode, ResultStatus, Stage

_R, _F, _O, _S, _C = RefusalReason, Flag, IngestOutcome, Stage, CommandName

REFUSALS: Final[Mapping[RefusalReason, Label]] = {
    _R.EMPTY: Label("没有内容", "No bytes"),
    _R.TOO_LARGE: Label("超过 65,536 字节", "More than 65,536 bytes"),
    _R.TOO_DEEP: Label("嵌套超过 128 层", "Nested deeper than 128 levels"),
    _R.NOT_JSON: Label("不是 UTF-8 编码的严格 JSON", "Not strict JSON in UTF-8"),
    _R.NOT_AN_OBJECT: Label("不是 JSON 对象", "No JSON object"),
    _R.NOT_A_PACK: Label("不是至少有一条记录的 SenML 数组", "No SenML array with at least one record"),
    _R.MISSING_ATTRIBUTE: Label("缺少必需属性", "A required attribute is missing"),
    _R.BAD_ATTRIBUTE: Label("属性不是规定的文本或取值", "An attribute is not the text or value that is wanted"),
    _R.BAD_SPECVERSION: Label("specversion 不是 1.0", "specversion is not 1.0"),
    _R.BAD_ID: Label("编号不是 1 到 128 个可打印字符", "An id is not 1 to 128 printable characters"),
    _R.UNKNOWN_METRIC: Label("指标表中没有这个名称", "No metric has this name"),
    _R.UNKNOWN_UNIT: Label("单位不是该指标的单位", "Not the one unit of the metric"),
    _R.BAD_NAME: Label("没有名称，或 bn 不是本设备", "No name, or bn is not this device"),
    _R.BAD_VALUE: Label("值的类型不对，或超出合理范围", "A value of the wrong kind or outside the plausible range"),
    _R.BAD_TIME: Label("时间无法识别，或不在 1970 至 2199 年", "A time that cannot be read or is not in 1970 to 2199"),
    _R.BAD_VERSION: Label("SenML 版本高于 10", "A SenML version above 10"),
    _R.TOO_MANY_RECORDS: Label("一包超过 1,000 条记录", "More than 1,000 records in a pack"),
}  # fmt: skip

FLAGS: Final[Mapping[Flag, Label]] = {
    _F.NO_TIME: Label("没有时间，用网关收到的时间", "No time; the gateway's receive time is used"),
    _F.BAD_TIME: Label("时间无法识别或不可信，用网关的时间", "Unreadable or impossible time; not used"),
    _F.NO_SEQ: Label("没有 seq", "No seq"),
    _F.NO_BOOT: Label("没有 boot", "No boot"),
    _F.NO_SOS_SEQ: Label("紧急呼叫没有 sos_seq", "An SOS without sos_seq"),
    _F.BAD_DATA: Label("data 或其中的计数不可用，已略去", "data or a count in it is unusable and left out"),
    _F.EXTRA_ATTRIBUTES: Label("有规定以外的属性", "Attributes beyond the contract"),
    _F.EXTRA_DATA: Label("data 中有规定以外的内容", "Data beyond the contract"),
    _F.UNKNOWN_TYPE: Label("类型不在词汇表中：按急迫处理并应答", "Type not in the vocabulary: urgent, answered"),
    _F.ID_REUSED: Label("编号用过，boot、seq 或时间不同：新事件", "Known id, other boot, seq or time: a new event"),
    _F.IDENTITY_CONFLICT: Label("source 不是登录的设备，按后者报警", "source is not the authenticated device"),
    _F.RETAINED: Label("来自保留消息的重放", "A replay of a retained message"),
    _F.LATE: Label("平台得知时按下已久", "The platform learned of it late"),
    _F.CLOCK_SKEW: Label("设备时钟不可信", "The device's clock cannot be believed"),
    _F.SOS_GAP: Label("sos_seq 有缺口：可能丢了一次按键", "A gap in sos_seq: a press may be lost"),
    _F.SEQ_GAP: Label("seq 有缺口", "A gap in seq"),
    _F.UNKNOWN_DEVICE: Label("设备没有登记到住户", "The device belongs to no home"),
    _F.TEST: Label("技术员测试时段内的按键", "Pressed in a technician's test window"),
}  # fmt: skip

OUTCOMES: Final[Mapping[IngestOutcome, Label]] = {
    _O.ACCEPTED: Label("已保存", "Stored"),
    _O.DUPLICATE: Label("同一事件的又一份，没有新的变化", "Another copy of a known event; nothing new"),
    _O.UNKNOWN_DEVICE: Label("设备没有住户：已保存、已报警、已应答", "No home known: stored, alarmed and answered"),
    _O.UNREADABLE: Label("无法识别：已保留，并作为警报出现", "Unreadable: kept, and shown as an alert"),
    _O.REFUSED: Label("拒绝，原因见 reason", "Refused; reason says why"),
}
STAGES: Final[Mapping[Stage, Label]] = {
    _S.RECEIVED: Label("已收到", "Received"),
    _S.ACCEPTED: Label("有人接警", "Someone has your call"),
    _S.EN_ROUTE: Label("有人在路上，几分钟到", "On the way, so many minutes"),
    _S.ARRIVED: Label("人已到", "Someone has arrived"),
    _S.CLOSED: Label("已结案", "Closed"),
}
MODES: Final[Mapping[ReassureMode, Label]] = {
    ReassureMode.VOICE: Label("语音", "By voice"),
    ReassureMode.LIGHT: Label("灯光", "By light"),
    ReassureMode.SILENT: Label("无声", "Silently"),
}
COMMANDS: Final[Mapping[CommandName, Label]] = {
    _C.REASSURE: Label("告诉老人呼叫的进展", "Tells the resident what became of the call"),
    _C.SPEAK: Label("说出一段文字", "Speaks a text"),
    _C.DIAL: Label("拨打电话", "Dials a number"),
    _C.LOCATE: Label("报告位置", "Reports where it is"),
    _C.TEST: Label("自检", "Tests itself"),
    _C.CONFIGURE: Label("修改设置", "Changes settings"),
    _C.REBOOT: Label("重新启动", "Starts again"),
    _C.UPGRADE: Label("升级固件", "Installs firmware"),
}
RESULTS: Final[Mapping[ResultStatus, Label]] = {
    ResultStatus.DONE: Label("完成", "Done"),
    ResultStatus.FAILED: Label("失败", "Failed"),
    ResultStatus.REJECTED: Label("拒绝（例如已过期）", "Rejected, for example expired"),
}
