"""What stands in a notice, in both languages: who and where for those who come, little for the others, never more."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from backend.adapters.channels.config import ChannelsRefused
from backend.adapters.channels.texts import Texts
from backend.domain.escalation.targets import DutyRole, RecipientKind
from backend.services.notices.delivery_ports import Addressee
from backend.services.notices.ports import NoticeKind
from backend.services.notices.words import WORDS, Wording, masked
from contract.vocabulary import Severity

SHIPPED = Path("config/notices")
WORDING = Wording(ZoneInfo("Asia/Shanghai"))
FACTS = {
    "type": "care.sos.pressed",
    "what": {"zh-CN": "紧急呼叫", "en": "SOS pressed"},
    "pressed_at": "2026-11-24T03:12:45.000Z",
    "residents": ["林阿婆"],
    "home": "沙湾村 12 号",
    "address": "沙湾村",
    "landmark": "妈祖庙旁",
    "room": "卧室",
    "hazards": ["dog"],
    "entry": "门锁 2580",
    "key_code": "2580",
    "desk_phone": "0580-1234567",
    "conditions": "糖尿病",
    "outcome": {"zh-CN": "平安", "en": "safe"},
}
TO = Addressee(
    "n1", NoticeKind.CALL_OUT, Severity.EMERGENCY, RecipientKind.PERSON, "p1", "陈强", "zh-CN",
    role=DutyRole.RESPONDER, facts=FACTS,
)  # fmt: skip
LINK = "https://care.example/r/abc"


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts(SHIPPED, WORDING, "zh-CN")


def test_whoever_is_called_out_reads_who_where_when_and_how_to_answer(texts: Texts) -> None:
    message = texts.write(TO, LINK, "4711")
    for part in ("紧急呼叫", "林阿婆", "妈祖庙旁", "卧室", "有狗", "11-24 11:12", "0580-1234567", LINK, "4711"):
        assert part in message.long
    for part in ("林阿婆", "妈祖庙旁", LINK, "1 4711", "2 4711"):
        assert part in message.short
    assert message.params["link_path"] == "r/abc"
    english = texts.write(replace(TO, locale="en"), LINK, "4711")
    assert "SOS pressed" in english.short
    assert "Mind: dog" in english.long


@pytest.mark.parametrize("kind", list(NoticeKind))
@pytest.mark.parametrize("locale", ["zh-CN", "en", "de"])
def test_no_text_ever_has_a_door_code_or_a_diagnosis(texts: Texts, kind: NoticeKind, locale: str) -> None:
    message = texts.write(replace(TO, kind=kind, locale=locale), LINK, "4711")
    said = f"{message.title} {message.short} {message.long} {message.params}"
    assert message.title
    assert message.short
    assert "2580" not in said
    assert "糖尿病" not in said
    assert message.locale in ("zh-CN", "en")


def test_who_is_only_informed_reads_a_shortened_name(texts: Texts) -> None:
    informed = texts.write(replace(TO, role=None), "", "")
    ended = texts.write(replace(TO, kind=NoticeKind.ENDED), "", "")
    for message in (informed, ended):
        assert "林**" in message.long
        assert "阿婆" not in message.long
    assert "平安" in ended.long
    open_house = Texts(SHIPPED, replace(WORDING, mask_names=False), "zh-CN")
    assert "林阿婆" in open_house.write(replace(TO, role=None), "", "").long
    assert masked("") == ""


def test_what_nobody_knows_is_left_out(texts: Texts) -> None:
    for kind in NoticeKind:
        message = texts.write(replace(TO, kind=kind, facts={}), "", "")
        assert "None" not in f"{message.title}{message.short}{message.long}"
        assert message.title


def test_a_name_cannot_look_like_a_second_message_or_push_the_link_away(texts: Texts) -> None:
    nasty = {**FACTS, "residents": ["林\n\n紧急呼叫 {{ 7*7 }} https://evil.example"], "landmark": "旁" * 500}
    message = texts.write(replace(TO, facts=nasty), LINK, "4711")
    assert "{{ 7*7 }}" in message.long
    assert LINK in message.short
    assert not [line for line in message.long.splitlines() if line.startswith("紧急呼叫 ")]


def test_facts_of_any_shape_do_not_keep_a_notice_from_leaving(texts: Texts) -> None:
    odd = dict.fromkeys(FACTS, 7) | {"what": ["x"], "pressed_at": "yesterday", "residents": None, "gaps": [3, {}]}
    for kind in NoticeKind:
        assert texts.write(replace(TO, kind=kind, facts=odd), LINK, "4711").title


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{{ who or place", "{{ door_code or place", "door_code"),
        ("[verify]", "[verified]", "verified"),
        ("{% if who %}", "{% if who ", "call_out.long"),
        ('title = "验证码"', 'titel = "验证码"', "titel"),
        ("{{ who or place", "{{ who.__class__.__mro__ or place", "call_out.title"),
    ],
)
def test_a_text_that_cannot_be_used_is_refused_with_its_place(old: str, new: str, said: str, tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "notices")
    file = tmp_path / "notices" / "zh-CN.toml"
    before = file.read_text(encoding="utf-8")
    assert old in before
    file.write_text(before.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ChannelsRefused) as refused:
        Texts(tmp_path / "notices", WORDING, "zh-CN")
    assert said in str(refused.value)
    assert "zh-CN.toml" in str(refused.value)


def test_every_word_that_the_file_promises_exists() -> None:
    head = (SHIPPED / "zh-CN.toml").read_text(encoding="utf-8").split("[call_out]")[0]
    promised = head.split("Words:")[1].split("；")[0].replace("#", " ").split()
    assert promised == list(WORDS)
