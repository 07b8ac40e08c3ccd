"""What a device may send and receive, as JSON Schema: every message that fits is read by our decoders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from contract.codec import MAX_SEQ
from contract.metrics import METRICS
from contract.reference.examples import COMMANDS, EVENTS, PACKS, RESULTS, STATUSES, WILL
from contract.reference.meanings import COMMANDS as COMMAND_MEANINGS
from contract.senml import VERSION
from contract.senml_plain import MAX_RECORDS
from contract.vocabulary import EVENT_TYPES, PLATFORM_TYPES, CommandName, Label, ReassureMode, ResultStatus, Stage

Schema = dict[str, Any]

PRINTABLE: Final = r"^[^\u0000-\u001f\u007f-\u00a0\u00ad]+$"
TIME: Final = r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$"
SOURCE: Final = "^care/v1/[A-Za-z0-9][A-Za-z0-9_-]{0,62}$"


def text(label: Label) -> str:
    """A description in both languages."""
    return f"{label.en} / {label.zh}"


def _field(kind: str, zh: str, en: str, **more: Any) -> Schema:
    return {"type": kind, "description": text(Label(zh, en)), **more}


def _id(zh: str, en: str) -> Schema:
    return _field("string", zh, en, minLength=1, maxLength=128, pattern=PRINTABLE)


def _moment(zh: str, en: str) -> Schema:
    return _field("string", zh, en, format="date-time", pattern=TIME)


def _count(zh: str, en: str) -> Schema:
    return _field("integer", zh, en, minimum=0, maximum=MAX_SEQ)


def _object(title: Label, properties: Schema, required: list[str], **more: Any) -> Schema:
    return {"title": text(title), "type": "object", "properties": properties, "required": required, **more}


def _event() -> Schema:
    known = [name for name in EVENT_TYPES if name not in PLATFORM_TYPES]
    data = {
        "type": "object",
        "description": text(Label("计数与细节；可以有更多内容", "Counters and details; more is accepted and flagged")),
        "properties": {
            "seq": _count("本次启动的事件序号", "Counts every event of this boot"),
            "boot": _count("启动次数", "Number of this boot"),
            "sos_seq": _count("紧急键按下的序号", "Counts the presses of the SOS key alone"),
            "transmitter": _field("string", "哪个按钮：挂件、拉绳或主机", "Which pendant, cord or base", maxLength=64),
        },
    }
    properties = {
        "specversion": {"const": "1.0", "description": text(Label("CloudEvents 版本", "CloudEvents version"))},
        "id": _id("事件编号，由设备产生；重发时不变", "Made by the device; the same in every repeat"),
        "source": _field("string", "本设备", "This device", pattern=SOURCE),
        "type": {
            "type": "string",
            "minLength": 1,
            "maxLength": 128,
            "pattern": PRINTABLE,
            "description": text(Label("事件类型；未知类型也会报警", "Event type; an unknown one alarms as well")),
            "anyOf": [{"enum": known}, {"pattern": r"^care\."}],
        },
        "time": _moment("按下的时间", "When it happened"),
        "datacontenttype": {"const": "application/json"},
        "data": data,
    }
    required = ["specversion", "id", "source", "type"]
    return _object(Label("事件", "Event"), properties, required, examples=list(EVENTS))


def _pack() -> Schema:
    number = {"type": "number"}
    properties = {
        "bn": _field("string", "不写，或 <设备编号>/", "Absent or <device_id>/"),
        "bt": {**number, "description": text(Label("基准时间，纪元秒", "Base time, epoch seconds"))},
        "bu": _field("string", "基准单位", "Base unit"),
        "bv": {**number, "description": text(Label("加到每个 v 上的基准值", "Base value, added to each v"))},
        "bver": _field("integer", "SenML 版本", "SenML version", minimum=1, maximum=VERSION),
        "n": {"enum": list(METRICS), "description": text(Label("指标", "Metric"))},
        "u": {"enum": sorted({m.unit for m in METRICS.values()}), "description": text(Label("单位", "Unit"))},
        "v": {**number, "description": text(Label("数值", "Number"))},
        "vb": _field("boolean", "是或否", "True or false"),
        "t": {**number, "description": text(Label("秒；小于 2^28 为相对时间", "Seconds; below 2^28 relative"))},
    }  # fmt: skip
    return {
        "title": text(Label("遥测包", "Telemetry pack")),
        "type": "array",
        "minItems": 1,
        "maxItems": MAX_RECORDS,
        "items": {"type": "object", "properties": properties},
        "examples": list(PACKS),
    }


def _status() -> Schema:
    properties = {
        "state": {"const": "online"},
        "boot": _count("启动次数", "Number of this boot"),
        "at": _moment("状态的时间", "When this was so"),
        "firmware": _field("string", "固件版本", "Firmware version", maxLength=64),
        "battery": _field("number", "电量，百分比", "Battery, percent", minimum=0, maximum=100),
        "rssi": _field("number", "信号，dBm", "Signal strength, dBm", minimum=-200, maximum=20),
    }
    return _object(Label("设备状态", "Device status"), properties, ["state", "boot"], examples=list(STATUSES))


def _will() -> Schema:
    properties = {"state": {"const": "offline"}, "boot": _count("启动次数", "Number of this boot")}
    return _object(Label("遗嘱", "Will"), properties, ["state", "boot"], examples=[WILL])


def _result() -> Schema:
    properties = {
        "id": _id("命令的编号", "Id of the command"),
        "status": {"enum": [str(status) for status in ResultStatus]},
        "detail": {"description": text(Label("补充说明，任何 JSON", "More about it, any JSON"))},
    }
    return _object(Label("命令结果", "Result"), properties, ["id", "status"], examples=list(RESULTS))


def _reassure() -> Schema:
    properties = {
        "stage": {"enum": [str(stage) for stage in Stage]},
        "event_id": _id("所应答的最近一次按键", "The latest press that this answers"),
        "lang": _field("string", "语言", "Language", examples=["zh-CN", "en"]),
        "mode": {"enum": [str(mode) for mode in ReassureMode]},
        "eta_minutes": _field("integer", "几分钟到", "Minutes to arrival", minimum=1, maximum=600),
    }
    on_the_way = {"properties": {"stage": {"const": str(Stage.EN_ROUTE)}}}
    return {
        "type": "object",
        "properties": properties,
        "required": ["stage", "event_id", "lang", "mode"],
        "if": on_the_way,
        "then": {"required": ["eta_minutes"]},
    }


def _args(required: Schema, **optional: Any) -> Schema:
    return {"type": "object", "properties": {**required, **optional}, "required": list(required)}


ARGS: Final[Mapping[CommandName, Schema]] = {
    CommandName.REASSURE: _reassure(),
    CommandName.SPEAK: _args(
        {"text": _field("string", "要说的话", "What to say", minLength=1, maxLength=500)},
        lang=_field("string", "语言", "Language"),
    ),
    CommandName.DIAL: _args({"number": _field("string", "电话号码", "Phone number", pattern=r"^\+?[0-9]{3,20}$")}),
    CommandName.LOCATE: _args({}),
    CommandName.TEST: _args({}),
    CommandName.CONFIGURE: _args({"settings": _field("object", "要改的设置", "Settings to change")}),
    CommandName.REBOOT: _args({}),
    CommandName.UPGRADE: _args(
        {
            "version": _field("string", "固件版本", "Firmware version", maxLength=64),
            "url": _field("string", "下载地址", "Where to get it", format="uri"),
            "sha256": _field("string", "校验值", "Checksum", pattern="^[0-9a-f]{64}$"),
        }
    ),
}
"""The arguments of each command."""


def _command() -> Schema:
    kinds = [
        {
            "title": str(name),
            "description": text(COMMAND_MEANINGS[name]),
            "properties": {"command": {"const": str(name)}, "args": ARGS[name]},
        }
        for name in CommandName
    ]
    properties = {
        "id": _id("命令编号，由平台产生；重发时不变", "Made by the platform; the same in every copy"),
        "command": {"enum": [str(name) for name in CommandName]},
        "args": {"type": "object"},
        "expires": _moment("此后不再执行", "Not to be executed after this"),
    }
    required = ["id", "command", "args", "expires"]
    return _object(Label("命令", "Command"), properties, required, oneOf=kinds, examples=list(COMMANDS))


DEVICE_SCHEMAS: Final[Mapping[str, Schema]] = {
    "event": _event(),
    "telemetry": _pack(),
    "status": _status(),
    "will": _will(),
    "command": _command(),
    "result": _result(),
}
"""Name of the message → its schema, draft 2020-12, without references."""
