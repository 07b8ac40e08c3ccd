"""Which event types, commands, metrics and outcomes exist, and what each of them means. A new one is one entry here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    """How urgent an alert is; ordered from the most to the least urgent."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    ADVISORY = "advisory"
    TECHNICAL = "technical"

    @property
    def rank(self) -> int:
        """0 for the most urgent; sorts a queue."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Label:
    """A text that a person sees, in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of event that can alarm or is owed an answer.

    `severity` None: recorded (and answered if `answered`), raises no alert.
    `answered`: the terminal repeats it until a `reassure` names it.
    `clears`: the event type to whose open alert this one belongs: it clears the condition, never the handling; an SOS
    that was cancelled and a fall that was got up from are only told in the timeline.
    """

    name: str
    label: Label
    severity: Severity | None = None
    answered: bool = False
    clears: str | None = None


_E, _U, _A, _T = Severity.EMERGENCY, Severity.URGENT, Severity.ADVISORY, Severity.TECHNICAL

SOS: Final = "care.sos.pressed"
UNREADABLE: Final = "care.event.unreadable"
"""The platform's own type: something on a device's event topic that could not be read."""
PRESS_MISSING: Final = "care.press.missing"
"""The platform's own type: by the terminal's own count of its SOS presses one never came."""
PLATFORM_TYPES: Final = frozenset({UNREADABLE, PRESS_MISSING})
"""No device sends these."""

_EVENT_TYPES: Final = (
    EventType(SOS, Label("紧急呼叫", "SOS pressed"), _E, answered=True),
    EventType("care.sos.cancelled", Label("取消紧急呼叫", "SOS cancelled"), clears=SOS),
    EventType("care.family.pressed", Label("呼叫家人", "Family key pressed"), _U, answered=True),
    EventType("care.service.pressed", Label("服务请求", "Service key pressed"), _A, answered=True),
    EventType("care.checkin.pressed", Label("报平安", "Check-in pressed"), answered=True),
    EventType("care.test.pressed", Label("测试按键", "Test pressed"), _T, answered=True),
    EventType("care.fall.detected", Label("检测到跌倒", "Fall detected"), _E, answered=True),
    EventType("care.fall.recovered", Label("跌倒后起身", "Recovered from fall"), clears="care.fall.detected"),
    EventType("care.smoke.detected", Label("烟雾报警", "Smoke detected"), _E, answered=True),
    EventType("care.smoke.cleared", Label("烟雾消除", "Smoke cleared"), clears="care.smoke.detected"),
    EventType("care.gas.detected", Label("燃气报警", "Gas detected"), _E, answered=True),
    EventType("care.gas.cleared", Label("燃气消除", "Gas cleared"), clears="care.gas.detected"),
    EventType("care.co.detected", Label("一氧化碳报警", "Carbon monoxide detected"), _E, answered=True),
    EventType("care.co.cleared", Label("一氧化碳消除", "Carbon monoxide cleared"), clears="care.co.detected"),
    EventType("care.leak.detected", Label("漏水报警", "Water leak detected"), _U, answered=True),
    EventType("care.leak.cleared", Label("漏水消除", "Water leak cleared"), clears="care.leak.detected"),
    EventType("care.zone.left", Label("离开安全区域", "Left the safe zone"), _U, answered=True),
    EventType("care.zone.entered", Label("回到安全区域", "Back in the safe zone"), clears="care.zone.left"),
    EventType("care.tamper.detected", Label("设备被拆动", "Tamper detected"), _T),
    EventType("care.tamper.cleared", Label("拆动恢复", "Tamper cleared"), clears="care.tamper.detected"),
    EventType("care.battery.low", Label("电量低", "Battery low"), _T),
    EventType("care.battery.ok", Label("电量恢复", "Battery OK"), clears="care.battery.low"),
    EventType("care.mains.lost", Label("市电断开", "Mains power lost"), _T),
    EventType("care.mains.restored", Label("市电恢复", "Mains power restored"), clears="care.mains.lost"),
    EventType("care.sim.expiring", Label("SIM 卡即将到期", "SIM card expiring"), _T),
    EventType(UNREADABLE, Label("无法识别的呼叫", "Unreadable event"), _U),
    EventType(PRESS_MISSING, Label("有紧急呼叫未收到", "An SOS press never arrived"), _U),
)
EVENT_TYPES: Final[dict[str, EventType]] = {entry.name: entry for entry in _EVENT_TYPES}


def event_type(name: str) -> EventType:
    """The entry for `name`. A type nobody listed is urgent and answered: strictness never costs a press."""
    known = EVENT_TYPES.get(name)
    if known is not None:
        return known
    return EventType(name, Label(f"未知事件 {name}", f"Unknown event {name}"), _U, answered=True)


class Condition(StrEnum):
    """Whether what was reported still holds."""

    ACTIVE = "active"
    CLEARED = "cleared"


class Handling(StrEnum):
    """How far people have got with an alert, in this order."""

    NEW = "new"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    CLOSED = "closed"


class Stage(StrEnum):
    """What a `reassure` command tells the resident. Dispatching sends nothing."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    CLOSED = "closed"


class ReassureMode(StrEnum):
    """How the terminal says it."""

    VOICE = "voice"
    LIGHT = "light"
    SILENT = "silent"


class CommandName(StrEnum):
    """Commands that a device understands."""

    REASSURE = "reassure"
    SPEAK = "speak"
    DIAL = "dial"
    LOCATE = "locate"
    TEST = "test"
    CONFIGURE = "configure"
    REBOOT = "reboot"
    UPGRADE = "upgrade"


EMERGENCY_COMMANDS: Final = frozenset({CommandName.REASSURE, CommandName.SPEAK, CommandName.DIAL})
"""Published by the emergency lane; the rest by the telemetry lane."""


class Lane(StrEnum):
    """Which gateway process carries a command."""

    EMERGENCY = "emergency"
    ROUTINE = "routine"


def command_lane(command: str) -> Lane:
    """The lane that carries `command`."""
    return Lane.EMERGENCY if command in EMERGENCY_COMMANDS else Lane.ROUTINE


class ResultStatus(StrEnum):
    """What a device says became of a command."""

    DONE = "done"
    FAILED = "failed"
    REJECTED = "rejected"


class IngestOutcome(StrEnum):
    """What became of an ingested item; all are final, so the gateway acknowledges to the broker."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    UNKNOWN_DEVICE = "unknown_device"
    UNREADABLE = "unreadable"
    REFUSED = "refused"


class Flag(StrEnum):
    """What was odd about an event that was accepted all the same."""

    NO_TIME = "no_time"
    BAD_TIME = "bad_time"
    NO_SEQ = "no_seq"
    NO_BOOT = "no_boot"
    NO_SOS_SEQ = "no_sos_seq"
    BAD_DATA = "bad_data"
    EXTRA_ATTRIBUTES = "extra_attributes"
    EXTRA_DATA = "extra_data"
    UNKNOWN_TYPE = "unknown_type"
    ID_REUSED = "id_reused"
    IDENTITY_CONFLICT = "identity_conflict"
    RETAINED = "retained"
    LATE = "late"
    CLOCK_SKEW = "clock_skew"
    SOS_GAP = "sos_gap"
    SEQ_GAP = "seq_gap"
    UNKNOWN_DEVICE = "unknown_device"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class OutcomeCode:
    """Why an alert was closed.

    `needs_seen_by`: an SOS closed so needs the name of who has seen the person. `spoken`: it says that somebody has
    spoken with the person. `grave`: whoever was alarmed hears it by voice, never as a text.
    """

    code: str
    label: Label
    needs_seen_by: bool = False
    spoken: bool = False
    grave: bool = False


_OUTCOMES: Final = (
    OutcomeCode("helped_by_phone", Label("电话已解决", "Helped by phone"), spoken=True),
    OutcomeCode("helped_on_site", Label("上门已解决", "Helped on site"), spoken=True),
    OutcomeCode("ambulance", Label("已转 120 急救", "Ambulance (120)"), grave=True),
    OutcomeCode("fire_service", Label("已转 119 消防", "Fire service (119)")),
    OutcomeCode("police", Label("已转 110 公安", "Police (110)")),
    OutcomeCode("family_took_over", Label("家属接手", "Family took over"), spoken=True),
    OutcomeCode("pressed_by_accident", Label("误按，已通话确认", "Pressed by accident, spoken with"), spoken=True),
    OutcomeCode("false_alarm_device", Label("设备误报", "Device false alarm")),
    OutcomeCode("service_request", Label("服务请求已登记", "Service request noted"), spoken=True),
    OutcomeCode("no_answer", Label("无人应答，已当面确认", "No answer, person seen"), needs_seen_by=True),
    OutcomeCode("deceased", Label("人已去世", "The person has died"), needs_seen_by=True, grave=True),
    OutcomeCode("test", Label("测试", "Test")),
    OutcomeCode("technical", Label("技术问题已处理", "Technical matter dealt with")),
)
OUTCOME_CODES: Final[dict[str, OutcomeCode]] = {entry.code: entry for entry in _OUTCOMES}

SEVERITY_LABELS: Final[dict[Severity, Label]] = {
    Severity.EMERGENCY: Label("紧急", "Emergency"),
    Severity.URGENT: Label("急迫", "Urgent"),
    Severity.ADVISORY: Label("一般", "Advisory"),
    Severity.TECHNICAL: Label("技术", "Technical"),
}
HANDLING_LABELS: Final[dict[Handling, Label]] = {
    Handling.NEW: Label("待接警", "Waiting"),
    Handling.ACCEPTED: Label("已接警", "Accepted"),
    Handling.DISPATCHED: Label("已派人", "Dispatched"),
    Handling.EN_ROUTE: Label("在路上", "On the way"),
    Handling.ARRIVED: Label("已到达", "Arrived"),
    Handling.CLOSED: Label("已结案", "Closed"),
}
