"""People and homes that the fake backend of the console tests shows; every one of them is invented."""

from __future__ import annotations

from typing import Any, Final

_PEOPLE: Final = (
    (
        "陈阿娣",
        1938,
        True,
        "舟山话（岱山口音）",
        "impaired",
        "normal",
        "normal",
        "岱山县衢山镇沙塘村 18 号",
        "海神庙后第二家，蓝色木门",
    ),
    ("王福根", 1941, False, "宁波话", "normal", "normal", "impaired", "普陀区桃花镇塔湾村 7 号", "老渔业社仓库对面"),
    ("李秀英", 1945, True, None, "normal", "impaired", "normal", "定海区小沙街道三毛村 102 号", "村口大樟树旁"),
    ("周根娣", 1936, True, "舟山话", "none", "normal", "normal", "嵊泗县枸杞乡干斜村 33 号", "码头上坡，石阶尽头"),
    ("张伯年", 1940, False, None, "normal", "normal", "normal", "普陀区六横镇小湖社区 2 幢 301", "菜场北门"),
)


def home_of(number: int) -> dict[str, Any]:
    """Home `number` with its address and how to get in."""
    person = _PEOPLE[number % len(_PEOPLE)]
    return {
        "id": f"home-{number}",
        "label": f"{person[0]}家",
        "address": person[7],
        "landmark": person[8],
        "entry": "院门不锁；钥匙在村养老服务站（沈站长），屋后有备用钥匙盒，密码问站长。",
        "phone": f"0580-6600{100 + number}",
        "synthetic": True,
    }


def residents_of(number: int) -> list[dict[str, Any]]:
    """The residents of home `number` with all fields; every second home of a couple has two."""
    name, born, alone, dialect, hearing, speech, cognition, _, _ = _PEOPLE[number % len(_PEOPLE)]
    first = {
        "id": f"resident-{number}",
        "name": name,
        "birth_year": born,
        "lives_alone": alone,
        "dialect": dialect,
        "hearing": hearing,
        "speech": speech,
        "cognition": cognition,
        "conditions": "高血压；2024 年髋关节置换",
        "medicines": "氨氯地平 5 mg 每日一次；阿司匹林 100 mg",
        "status": "at_home",
        "phone": f"1390000{1000 + number}",
    }
    if alone:
        return [first]
    spouse = {**first, "id": f"resident-{number}b", "name": "俞月仙", "birth_year": born + 3, "dialect": None}
    return [first, {**spouse, "hearing": "normal", "cognition": "normal", "conditions": None, "medicines": None}]


def contacts_of(number: int) -> list[dict[str, Any]]:
    """The contacts of home `number`, in the order in which they are called."""
    rows = (
        ("沈国良", "村养老服务站站长", "key_holder", 4),
        ("陈海波", "儿子（沈家门）", "decision_maker", 55),
        ("陈海燕", "女儿（宁波）", "inform_only", None),
    )
    return [
        {
            "name": name,
            "relation": relation,
            "phone": f"1380000{2000 + number * 10 + position}",
            "position": position,
            "role": role,
            "minutes_away": minutes,
        }
        for position, (name, relation, role, minutes) in enumerate(rows, start=1)
    ]
