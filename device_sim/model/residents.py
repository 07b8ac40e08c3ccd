"""Who lives where in the simulated district: invented people, homes and contacts, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, Final

TOWNS: Final = {
    "望潮镇": ("灯塔村", "西澳村", "沙头村"),
    "青屿乡": ("前礁村", "后湾村", "石屋村"),
    "云栖镇": ("樟树村", "溪口村", "茶岭村"),
}
"""Invented towns and villages; no such district exists."""

_FAMILY_NAMES: Final = "王李张刘陈杨黄赵吴周徐孙林郑叶潘"
_GIVEN_WOMEN: Final = ("秀英", "桂兰", "玉珍", "凤仙", "阿香", "月娥", "素珍", "彩云")
_GIVEN_MEN: Final = ("建国", "福根", "水生", "德明", "阿土", "国良", "海生", "金发")
_GIVEN_YOUNG: Final = ("海燕", "伟", "丽", "军", "敏", "磊", "静", "勇")
_LANDMARKS: Final = ("老榕树旁", "妈祖庙后面", "码头小卖部隔壁", "村口水井对面", "祠堂东侧", "卫生室楼上")
_ENTRIES: Final = (
    "钥匙在隔壁",
    "院门不锁，走侧门",
    "二楼，楼梯窄，担架不好转",
    "门禁密码向村中心查询",
    "平房，直接敲窗",
)
_DIALECTS: Final = ("闽南话", "温州话", "台州话", "普通话")
_CONDITIONS: Final = ("高血压", "糖尿病", "冠心病", "慢阻肺", "膝关节炎", None)
_MEDICINES: Final = {"高血压": "氨氯地平", "糖尿病": "二甲双胍", "冠心病": "阿司匹林", "慢阻肺": "沙美特罗"}
_ROOMS: Final = ("客厅", "卧室", "床头")


def _weighted(dice: Random, normal: float, impaired: float) -> str:
    draw = dice.random()
    return "normal" if draw < normal else "impaired" if draw < normal + impaired else "none"


def _phone(dice: Random) -> str:
    return f"1300000{dice.randint(0, 9999):04d}"  # a block that no operator gives out


@dataclass(frozen=True, slots=True)
class Household:
    """A home as `POST /api/v1/devices` takes it (columns of the backend's tables), and the terminal's room."""

    home: dict[str, Any]
    room: str


def household(seed: int, number: int) -> Household:
    """Home `number` (from 1) of the district of `seed`; it does not depend on how many homes there are."""
    dice = Random(f"{seed}/home/{number}")
    town = dice.choice(list(TOWNS))
    village = dice.choice(TOWNS[town])
    family = dice.choice(_FAMILY_NAMES)
    couple = dice.random() < 0.3
    residents = [_resident(dice, family, woman=dice.random() < 0.6, alone=not couple)]
    if couple:
        residents.append(_resident(dice, dice.choice(_FAMILY_NAMES), woman=dice.random() < 0.5, alone=False))
    home = {
        "label": f"{village} {number:03d} 号 {residents[0]['name']}家",
        "address": f"{town}{village}{number} 号",
        "landmark": dice.choice(_LANDMARKS),
        "entry": dice.choice(_ENTRIES),
        "phone": _phone(dice),
        "residents": residents,
        "contacts": _contacts(dice, family),
    }
    return Household(home, dice.choice(_ROOMS))


def _resident(dice: Random, family: str, *, woman: bool, alone: bool) -> dict[str, Any]:
    condition = dice.choice(_CONDITIONS)
    return {
        "name": family + dice.choice(_GIVEN_WOMEN if woman else _GIVEN_MEN),
        "birth_year": dice.randint(1932, 1956),
        "lives_alone": alone,
        "dialect": dice.choice(_DIALECTS),
        "hearing": _weighted(dice, 0.55, 0.38),
        "speech": _weighted(dice, 0.9, 0.08),
        "cognition": _weighted(dice, 0.85, 0.15),
        "conditions": condition,
        "medicines": _MEDICINES.get(condition) if condition else None,
        "status": "at_home",
        "phone": _phone(dice),
    }


def _contacts(dice: Random, family: str) -> list[dict[str, Any]]:
    neighbour = dice.choice(_FAMILY_NAMES) + dice.choice(_GIVEN_MEN)
    child = family + dice.choice(_GIVEN_YOUNG)
    return [
        _contact(dice, neighbour, "邻居", 1, "key_holder", dice.randint(2, 8)),
        _contact(dice, child, dice.choice(("儿子", "女儿")), 2, "decision_maker", dice.randint(15, 90)),
    ]


def _contact(dice: Random, name: str, relation: str, position: int, role: str, minutes: int) -> dict[str, Any]:
    return {
        "name": name,
        "relation": relation,
        "phone": _phone(dice),
        "position": position,
        "role": role,
        "minutes_away": minutes,
    }
