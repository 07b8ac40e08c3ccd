"""What a notice may say: facts become short texts in the reader's language, and nothing else ever gets into a text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from backend.services.notices.delivery_ports import Addressee
from backend.services.notices.ports import NoticeKind
from contract.vocabulary import SEVERITY_LABELS, Label, event_type

ZH: Final = "zh-CN"
WORDS: Final = (
    "what", "severity", "who", "place", "room", "hazards", "time", "count", "centre", "phone", "trouble", "responder",
    "outcome", "work", "why", "text", "deadline", "roster", "role", "gap", "recipient", "link", "link_path", "code",
)  # fmt: skip
"""Every name that a template may use; each is a text, empty where nothing is known. A door code is not among them."""
MOST_CHARACTERS: Final = 120
MOST: Final[Mapping[str, int]] = {"who": 30, "place": 40, "text": 500, "link": 300, "link_path": 300}
"""So that a long name never pushes the link out of a text message."""
_SPACE: Final = re.compile(r"[\s\x00-\x1f\x7f]+")
_LABELS: Final[Mapping[str, Label]] = {
    "dog": Label("有狗", "dog"),
    "violence": Label("可能有暴力", "risk of violence"),
    "infection": Label("有传染病", "infection"),
    "nobody_reached": Label("没有人接听求助", "nobody was reached"),
    "nobody_on_duty": Label("没有人值班", "nobody is on duty"),
    "all_channels_failed": Label("所有通知通道都失败", "all channels failed"),
    "run_failed": Label("升级程序出错，请人工处理", "the escalation fails: act by hand"),
    "silent": Label("上门人员失联", "a responder on site does not answer"),
    "panic": Label("上门人员求救", "a responder calls for help"),
    "offered": Label("请受理", "please take it"),
    "overdue": Label("已超时，请督办", "overdue"),
    "operator": Label("坐席", "operator"),
    "responder": Label("上门人员", "responder"),
    "manager": Label("负责人", "manager"),
    "nobody_rostered": Label("无人值班", "nobody on duty"),
    "inactive": Label("值班人已停用", "who is on duty is not active any more"),
    "no_verified_channel": Label("值班人没有已验证的联系方式", "no verified channel"),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """`zone`: where times of day are told. `mask_names`: for those who are only informed."""

    zone: ZoneInfo
    mask_names: bool = True

    def words(self, to: Addressee, link: str, code: str) -> dict[str, str]:
        """By name, all of `WORDS`. One line each: a line break in a name must not look like a second message."""
        facts, zh = to.facts, to.locale.startswith("zh")
        found = {
            "what": _what(facts, zh),
            "severity": _labelled(SEVERITY_LABELS[to.severity], zh),
            "who": self._who(to, zh),
            "place": _first(facts, "landmark", "home", "address"),
            "room": _first(facts, "room"),
            "hazards": _joined([_coded(code, zh) for code in _list(facts, "hazards")], zh),
            "time": self._time(facts.get("pressed_at")),
            "count": _first(facts, "count"),
            "centre": _first(facts, "centre", "organisation"),
            "phone": _first(facts, "desk_phone"),
            "trouble": _coded(facts.get("trouble"), zh),
            "responder": _first(facts, "responder"),
            "outcome": _both(facts.get("outcome"), zh),
            "work": _both(facts.get("kind_label"), zh),
            "why": _coded(facts.get("why"), zh),
            "text": _first(facts, "text"),
            "deadline": self._time(facts.get("deadline_at")),
            "roster": _first(facts, "roster"),
            "role": _coded(facts.get("role"), zh),
            "gap": self._gap(facts, zh),
            "recipient": to.recipient_name,
            "link": link,
            "link_path": _path(link),
            "code": code,
        }
        return {name: _one_line(found[name], MOST.get(name, MOST_CHARACTERS)) for name in WORDS}

    def _who(self, to: Addressee, zh: bool) -> str:
        names = [str(name) for name in _list(to.facts, "residents")]
        # Whoever is asked to come has to know for whom; the others learn no more than they need.
        called_out = to.kind is NoticeKind.CALL_OUT and to.role is not None
        return _joined(names if called_out or not self.mask_names else [masked(name) for name in names], zh)

    def _time(self, value: Any) -> str:
        if not isinstance(value, str):
            return ""
        try:
            local = datetime.fromisoformat(value).astimezone(self.zone)
        except ValueError:
            return ""
        return local.strftime("%m-%d %H:%M")

    def _gap(self, facts: Mapping[str, Any], zh: bool) -> str:
        for gap in _list(facts, "gaps"):
            if isinstance(gap, Mapping):
                return f"{self._time(gap.get('start'))}–{self._time(gap.get('end'))} {_coded(gap.get('reason'), zh)}"
        return ""


def masked(name: str) -> str:
    """`林**`: the first character, which in Chinese is the family name."""
    return f"{name[:1]}**" if name else ""


def _one_line(text: str, most: int) -> str:
    line = _SPACE.sub(" ", text).strip()
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _what(facts: Mapping[str, Any], zh: bool) -> str:
    kind = facts.get("type")
    return _both(facts.get("what"), zh) or (_labelled(event_type(kind).label, zh) if isinstance(kind, str) else "")


def _first(facts: Mapping[str, Any], *names: str) -> str:
    return next((str(facts[name]) for name in names if facts.get(name) not in (None, "")), "")


def _list(facts: Mapping[str, Any], name: str) -> Sequence[Any]:
    found = facts.get(name)
    return found if isinstance(found, list | tuple) else ()


def _both(value: Any, zh: bool) -> str:
    """A label in both languages, as JSON holds it."""
    if not isinstance(value, Mapping):
        return ""
    return str(value.get(ZH if zh else "en") or value.get(ZH) or "")


def _coded(code: Any, zh: bool) -> str:
    """A code in words; one that nobody has listed stands as it is."""
    label = _LABELS.get(str(code)) if code else None
    return _labelled(label, zh) if label else str(code or "")


def _labelled(label: Label, zh: bool) -> str:
    return label.zh if zh else label.en


def _joined(texts: Sequence[str], zh: bool) -> str:
    return ("、" if zh else ", ").join(texts)


def _path(link: str) -> str:
    return urlsplit(link).path.lstrip("/")
