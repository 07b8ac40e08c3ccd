"""Messages to show: good ones of every kind, and for each refusal one that is refused so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from contract.codec import RefusalReason
from contract.topics import MAX_PACKET_BYTES, Channel, answer_id
from contract.vocabulary import CommandName, Stage

DEVICE: Final = "T7K2"
_AT: Final = "2026-11-24T03:12:45.120Z"
_EXPIRES: Final = "2026-11-24T03:42:45.120Z"

EVENTS: Final[tuple[dict[str, Any], ...]] = (
    {
        "specversion": "1.0",
        "id": "T7K2-7-1042",
        "source": f"care/v1/{DEVICE}",
        "type": "care.sos.pressed",
        "time": _AT,
        "data": {"seq": 1042, "boot": 7, "sos_seq": 12, "transmitter": "pendant"},
    },
    {"specversion": "1.0", "id": "1", "source": f"care/v1/{DEVICE}", "type": "care.smoke.detected"},
)
PACKS: Final[tuple[list[dict[str, Any]], ...]] = (
    [
        {"bn": f"{DEVICE}/", "bt": 1795489965.12, "n": "heart_rate", "u": "beat/min", "v": 71},
        {"n": "spo2", "u": "%", "v": 97},
        {"n": "contact", "vb": True, "t": -30},
    ],
)
STATUSES: Final[tuple[dict[str, Any], ...]] = (
    {"state": "online", "boot": 7, "at": _AT, "firmware": "2.1.0", "battery": 88, "rssi": -71},
)
WILL: Final[dict[str, Any]] = {"state": "offline", "boot": 7}
RESULTS: Final[tuple[dict[str, Any], ...]] = (
    {"id": answer_id(DEVICE, "T7K2-7-1042", Stage.RECEIVED), "status": "done"},
    {"id": "c-17", "status": "rejected", "detail": "expired"},
)


def _command(name: CommandName, args: dict[str, Any], command_id: str = "c-17") -> dict[str, Any]:
    return {"id": command_id, "command": str(name), "args": args, "expires": _EXPIRES}


def _reassure(stage: Stage, **more: Any) -> dict[str, Any]:
    event_id = "T7K2-7-1042"
    args = {"stage": str(stage), "event_id": event_id, "lang": "zh-CN", "mode": "voice", **more}
    return _command(CommandName.REASSURE, args, answer_id(DEVICE, event_id, stage))


COMMANDS: Final[tuple[dict[str, Any], ...]] = (
    _reassure(Stage.RECEIVED),
    _reassure(Stage.EN_ROUTE, eta_minutes=8),
    _command(CommandName.SPEAK, {"text": "请打开门，护理员到了。", "lang": "zh-CN"}),
    _command(CommandName.DIAL, {"number": "+8658012345678"}),
    _command(CommandName.LOCATE, {}),
    _command(CommandName.TEST, {}),
    _command(CommandName.CONFIGURE, {"settings": {"volume": 7}}),
    _command(CommandName.REBOOT, {}),
    _command(
        CommandName.UPGRADE,
        {"version": "2.2.0", "url": "https://firmware.example/2.2.0.bin", "sha256": "0" * 64},
    ),
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A payload on a channel that is refused; `shown` is how the page prints it."""

    channel: Channel
    payload: bytes
    shown: str


def _shown(channel: Channel, payload: str) -> Refused:
    return Refused(channel, payload.encode(), payload)


_HEAD: Final = f'{{"specversion":"1.0","source":"care/v1/{DEVICE}","type":"care.sos.pressed"'
_R: Final = RefusalReason

REFUSED: Final[Mapping[RefusalReason, Refused]] = {
    _R.EMPTY: Refused(Channel.EVENT, b"", "(no bytes)"),
    _R.TOO_LARGE: Refused(Channel.EVENT, b" " * (MAX_PACKET_BYTES + 1), "(65,537 bytes)"),
    _R.TOO_DEEP: Refused(Channel.EVENT, b"[" * 129 + b"]" * 129, "[[[… (129 levels)"),
    _R.NOT_JSON: _shown(Channel.EVENT, '{"id":'),
    _R.NOT_AN_OBJECT: _shown(Channel.EVENT, '"help"'),
    _R.NOT_A_PACK: _shown(Channel.TELEMETRY, '{"n":"steps","v":7}'),
    _R.MISSING_ATTRIBUTE: _shown(Channel.EVENT, _HEAD + "}"),
    _R.BAD_ATTRIBUTE: _shown(Channel.STATUS, '{"state":"asleep"}'),
    _R.BAD_SPECVERSION: _shown(Channel.EVENT, _HEAD.replace("1.0", "0.3") + ',"id":"1"}'),
    _R.BAD_ID: _shown(Channel.EVENT, _HEAD + ',"id":"a\\nb"}'),
    _R.UNKNOWN_METRIC: _shown(Channel.TELEMETRY, '[{"n":"mood","v":7}]'),
    _R.UNKNOWN_UNIT: _shown(Channel.TELEMETRY, '[{"n":"temperature","u":"K","v":290}]'),
    _R.BAD_NAME: _shown(Channel.TELEMETRY, '[{"bn":"OTHER/","n":"steps","v":7}]'),
    _R.BAD_VALUE: _shown(Channel.TELEMETRY, '[{"n":"spo2","v":140}]'),
    _R.BAD_TIME: _shown(Channel.TELEMETRY, '[{"n":"steps","v":7,"t":"now"}]'),
    _R.BAD_VERSION: _shown(Channel.TELEMETRY, '[{"bver":11,"n":"steps","v":7}]'),
    _R.TOO_MANY_RECORDS: Refused(Channel.TELEMETRY, b"[" + b"{}," * 1000 + b"{}]", "[{},{},… (1,001 records)"),
}
