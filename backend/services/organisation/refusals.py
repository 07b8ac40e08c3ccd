"""In which words a person is told what cannot stand about an organisation or a village, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from backend.domain.organisation.directory import Fault, Wrong
from backend.domain.organisation.hours import HoursFault
from backend.domain.organisation.tree import Misplaced
from contract.vocabulary import Label


@dataclass(frozen=True, slots=True)
class Told:
    """What is wrong and what to do."""

    what: Label
    remedy: Label


class ChangeRefused(Exception):  # noqa: N818 - an answer, not a fault of ours
    """A change that is not made; all that is wrong with it."""

    def __init__(self, wrongs: Sequence[Wrong]) -> None:
        super().__init__(", ".join(f"{wrong.field}: {wrong.reason}" for wrong in wrongs))
        self.wrongs = tuple(wrongs)


def _told(what_zh: str, what_en: str, do_zh: str, do_en: str) -> Told:
    return Told(Label(what_zh, what_en), Label(do_zh, do_en))


TOLD: Final = {
    Misplaced.SECOND_DISTRICT: _told(
        "全区只能有一个",
        "There is one district only",
        "请选择镇、村或机构；要改名请修改现有的区。",
        "Choose town, village or institution; to rename it, change the one there is.",
    ),
    Misplaced.NO_PARENT: _told(
        "缺少上级",
        "It has no parent",
        "请填写上级组织的名称或编号。",
        "Give the name or the id of the organisation above it.",
    ),
    Misplaced.DISTRICT_HAS_PARENT: _told(
        "区没有上级",
        "The district has no parent",
        "请把上级留空。",
        "Leave the parent empty.",
    ),
    Misplaced.UNKNOWN_PARENT: _told(
        "没有这个上级组织",
        "There is no such parent",
        "请核对名称或编号，或先添加上级组织。",
        "Check its name or id, or add the organisation above first.",
    ),
    Misplaced.UNDER_ITSELF: _told(
        "不能置于自己或自己的下级之下",
        "It cannot stand below itself or below what is below it",
        "请选择其他上级。",
        "Choose another parent.",
    ),
    Misplaced.UNDER_LOWER_KIND: _told(
        "上级必须高一级：区、镇、村或机构",
        "A parent is of a higher kind: district, town, then village or institution",
        "请选择区或镇作为上级。",
        "Choose the district or a town as parent.",
    ),
    Misplaced.CHILDREN_NOT_BELOW: _told(
        "它还有下级，不能改为这个类型",
        "Others stand below it, so it cannot become of this kind",
        "请先把下级移到别处。",
        "Move those below it elsewhere first.",
    ),
    Misplaced.DISTRICT_STAYS: _told(
        "区是整棵树的根，类型不能改",
        "The district is the root of the tree and stays one",
        "请另建一个组织。",
        "Add another organisation instead.",
    ),
    Misplaced.DISTRICT_DISABLED: _told(
        "区不能停用",
        "The district cannot be disabled",
        "没有归属的警情都由区处理；请停用其他组织。",
        "What belongs nowhere ends there; disable another one.",
    ),
    Fault.BAD_ID: _told(
        "编号格式不对",
        "Not an id",
        "用字母、数字、- 和 _，不超过 64 个；留空则自动生成。",
        "Letters, digits, - and _, at most 64; empty: one is made.",
    ),
    Fault.ID_TAKEN: _told(
        "编号已被使用",
        "The id is taken",
        "请换一个编号，或修改现有的那个。",
        "Choose another, or change the one there is.",
    ),
    Fault.BAD_NAME: _told(
        "名称不能用",
        "Not a name",
        "1 至 128 个字符，不换行；村名不含 ; 、 #。",
        "1 to 128 characters on one line; a village's has no ; 、 #.",
    ),
    Fault.NAME_TAKEN: _told(
        "同一上级下已有同类同名的",
        "The same kind has this name there already",
        "请改名，或按编号修改现有的那个。",
        "Choose another name, or change the one there is by its id.",
    ),
    Fault.BAD_TEXT: _told(
        "文字太长或含控制字符",
        "The text is too long or has control characters",
        "请缩短并写在一行内。",
        "Shorten it to one line.",
    ),
    Fault.BAD_PHONE: _told(
        "不是电话号码",
        "Not a phone number",
        "只用数字、+、-、空格和括号，例如 0580-2601234。",
        "Digits, +, -, blanks and brackets, as in +86 580 2601234.",
    ),
    Fault.BAD_PLACE: _told(
        "经纬度不对或只有一半",
        "Not a place, or half of one",
        "纬度 -90 至 90 与经度 -180 至 180 要么都填，要么都空。",
        "Latitude -90 to 90 and longitude -180 to 180, both or neither.",
    ),
    Fault.BAD_CODE: _told(
        "服务代码不对或重复",
        "Not a service code, or it stands twice",
        "用小写字母、数字和 _，以分号隔开，最多 20 个。",
        "Small letters, digits and _, separated by semicolons, at most 20.",
    ),
    Fault.UNKNOWN_NIGHT: _told(
        "没有这个夜间转接组织",
        "There is no such organisation for the night",
        "请核对名称或编号；留空则转给上级。",
        "Check its name or id; empty: its parent.",
    ),
    Fault.NIGHT_IS_ITSELF: _told(
        "夜间不能转给自己",
        "Its night calls cannot go to itself",
        "全天有人请把开放时间写成“全天”，并把此项留空。",
        "If it is always staffed, write “always” as its hours and leave this empty.",
    ),
    Fault.UNKNOWN_VILLAGE: _told(
        "没有这个村",
        "There is no such village",
        "请核对村名或编号，或先导入村。",
        "Check its name or id, or import villages first.",
    ),
    Fault.VILLAGE_TWICE: _told(
        "同一个村写了两次",
        "The same village stands twice",
        "请删去其中一个。",
        "Remove one of the two.",
    ),
    Fault.BAD_POSITION: _told(
        "次序不对",
        "Not a position",
        "用 0 至 999 的整数，小的先接。",
        "A whole number from 0 to 999; the lowest is asked first.",
    ),
    Fault.UNKNOWN_TOWN: _told(
        "没有这个镇",
        "There is no such town",
        "请填写类型为“镇”的组织的名称或编号。",
        "Give the name or id of an organisation of kind town.",
    ),
    Fault.BAD_FERRY: _told(
        "末班船时间不对",
        "Not the time of a ferry",
        "按 24 小时制填写，例如 16:30。",
        "As 16:30, in 24 hours.",
    ),
}

_HOURS: Final = {
    HoursFault.NOT_A_TIME: Label("不是时间", "not a time of day"),
    HoursFault.NOT_A_DAY: Label("不是星期几，或重复", "not a day of the week, or it stands twice"),
    HoursFault.NOT_A_SPAN: Label("看不懂", "not understood"),
    HoursFault.EMPTY_SPAN: Label("开始和结束相同", "begins and ends at the same time"),
    HoursFault.OVERLAP: Label("时段重叠", "overlaps the span before"),
    HoursFault.TOO_MANY: Label("时段太多", "too many spans"),
}


def told(wrong: Wrong) -> Told:
    """The words for something that cannot stand."""
    return TOLD[wrong.reason]


def told_of_hours(fault: HoursFault, piece: str) -> Told:
    """The words for opening hours that mean nothing."""
    why = _HOURS[fault]
    return _told(
        f"开放时间有误：“{piece}”{why.zh}",
        f"Opening hours: “{piece}”: {why.en}",
        "例如：周一至周五 08:00-17:00; 周六 08:00-12:00；全天开放写“全天”。",
        "As in: Mon-Fri 08:00-17:00; Sat 08:00-12:00. If it never closes: always.",
    )
