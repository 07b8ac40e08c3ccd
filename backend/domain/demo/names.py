"""What people and places of the demo district are called: put together at random, after nobody and nothing real."""

from __future__ import annotations

from typing import Final

from backend.domain.demo.dice import Dice

FAMILY: Final = (
    "陈林王李张黄郑周吴徐孙胡朱高何郭罗梁宋谢韩唐冯于董程曹袁邓许傅沈曾"
    "彭吕苏卢蒋蔡贾丁魏叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔"
)
_WEIGHTS: Final = [1 / (rank + 6) for rank in range(len(FAMILY))]
ELDER_MEN: Final = ("阿根福海生宝富贵德明", "水龙祥兴良才山林土财法泉坤")
ELDER_WOMEN: Final = ("阿秀玉金凤兰月桂彩素", "娣珍英花仙梅菊芬琴翠莲妹香娥")
YOUNGER_MEN: Final = ("建志文俊晓宏立永国海", "军强伟斌峰涛杰辉勇鹏波")
YOUNGER_WOMEN: Final = ("晓丽海雅静小婷慧雪春", "敏燕霞芳娟萍红蓉洁琳君")

TOWNS: Final = ("听潮镇", "望屿镇", "银沙镇", "归帆镇", "白鹭镇")
MAIN_ISLAND: Final = "听潮岛"
OUTER_ISLANDS: Final = ("白鹭屿", "银沙屿", "月牙屿", "灯塔岛", "双礁岛", "归帆屿")
_FIRST: Final = "沙月石金竹榆樟桐梅松潮渔塔盐芦鹤螺贝霞雾星云荷麦"
_MIDDLE: Final = "头前后东西南北上下中"
_LAST: Final = "湾岙浦岭礁埠"
OPERATORS: Final = ("潮生居家照护社", "听澜社工服务社", "望屿为老服务社", "归帆康养服务社", "海晴养老服务社")
"""Contractors, all invented."""
_HOUSES: Final = ("晚潮", "松涛", "安澜", "海晴", "月照", "灯火", "归舟", "银滩", "鹤鸣", "竹影")
NURSING: Final = ("敬老院", "养老院", "护理院", "颐养院")
LANDMARKS: Final = (
    "老樟树",
    "石牌坊",
    "村口水井",
    "妈祖庙",
    "旧粮站",
    "码头石阶",
    "晒网场",
    "小卖部",
    "戏台",
    "灯塔路口",
    "老碾坊",
    "卫生室",
)
PLACES: Final = ("旁", "后面第二家", "往东第三家", "对面", "坡上第一家", "右手第二个门", "后院小屋")


def person(dice: Dice, *, woman: bool, elder: bool = False) -> str:
    """A name that was not taken from anybody."""
    if elder:
        first, last = ELDER_WOMEN if woman else ELDER_MEN
    else:
        first, last = YOUNGER_WOMEN if woman else YOUNGER_MEN
    family = dice.choices(FAMILY, _WEIGHTS)[0]
    # One name in eight has a single character.
    given = dice.choice(last) if dice.random() < 0.125 else dice.choice(first) + dice.choice(last)
    return family + given


def villages(dice: Dice, count: int) -> list[str]:
    """`count` names (at most 1,440), no two alike."""
    every = [f"{first}{middle}{last}村" for first in _FIRST for middle in _MIDDLE for last in _LAST]
    return dice.sample(every, count)


def nursing_homes(dice: Dice, count: int) -> list[str]:
    """`count` names (at most 40), no two alike."""
    return dice.sample([house + kind for house in _HOUSES for kind in NURSING], count)


def landmark(dice: Dice) -> str:
    """How somebody finds a house that has no number."""
    return dice.choice(LANDMARKS) + dice.choice(PLACES)
