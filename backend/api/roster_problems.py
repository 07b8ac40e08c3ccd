"""How a refusal about people, contact points or rosters looks to a caller."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from backend.api.problems import Problem
from backend.domain.roster.swap import SwapFault, SwapRefused
from backend.services.roster.refusals import Refusal, Refused
from contract.vocabulary import Label

REFUSALS: Final[dict[Refused, tuple[int, Label]]] = {
    Refused.UNKNOWN_PERSON: (404, Label("没有这个人员", "No such person")),
    Refused.UNKNOWN_ORGANISATION: (422, Label("没有这个机构", "No such organisation")),
    Refused.UNKNOWN_ACCOUNT: (422, Label("没有这个账号", "No such account")),
    Refused.UNKNOWN_OWNER: (422, Label("没有这个所属对象", "No such person, contact or organisation")),
    Refused.UNKNOWN_CONTACT_POINT: (404, Label("没有这个联系方式", "No such contact point")),
    Refused.UNKNOWN_ROSTER: (404, Label("没有这张值班表", "No such roster")),
    Refused.UNKNOWN_OVERRIDE: (404, Label("没有这条临时调整", "No such override")),
    Refused.UNKNOWN_ROTATION: (422, Label("节假日指向的轮班不存在", "The holiday names a rotation that is not there")),
    Refused.ROLE_MISSING: (422, Label("人员不具备该角色", "Somebody is not there for this role")),
    Refused.RESPONDER_KIND_MISSING: (422, Label("上门人员须说明类别", "Say what kind of responder")),
    Refused.BAD_ADDRESS: (422, Label("地址不适用于该渠道", "Not an address of this channel")),
    Refused.ALREADY_THERE: (409, Label("已经存在", "It is there already")),
    Refused.NAMED_TWICE: (422, Label("名称或日期重复", "A name or date stands twice")),
    Refused.CHANGED_MEANWHILE: (409, Label("已被他人修改，请重新读取", "Somebody changed it meanwhile: read it again")),
    Refused.ORGANISATION_STAYS: (
        422,
        Label("机构和角色不能更改，请新建值班表", "Organisation and role stay: make another roster"),
    ),
    Refused.EMPTY_SPAN: (422, Label("结束须晚于开始", "The end must come after the start")),
    Refused.TOO_LONG: (422, Label("临时调整最长 92 天", "An override lasts 92 days at most: change the rotation")),
}
SWAPS: Final[dict[SwapFault, Label]] = {
    SwapFault.SAME_PERSON: Label("不能与自己换班", "Nobody swaps with themselves"),
    SwapFault.EMPTY_SPAN: Label("结束须晚于开始", "The end must come after the start"),
    SwapFault.SPANS_OVERLAP: Label("两段时间重叠", "The two spans overlap"),
    SwapFault.NOT_ON_DUTY: Label("该时段此人不值班", "That person has no duty in that span"),
    SwapFault.ALREADY_ON_DUTY: Label("接班人该时段已在值班", "The one who takes is on duty already"),
}


@contextmanager
def refusals() -> Iterator[None]:
    """What the services refuse becomes a problem."""
    try:
        yield
    except Refusal as refusal:
        status, title = REFUSALS[refusal.reason]
        raise Problem(status, refusal.reason, title, extras={"about": list(refusal.about)}) from None
    except SwapRefused as refused:
        title = SWAPS[refused.reason]
        raise Problem(409, f"swap_{refused.reason}", title, extras={"person_id": refused.person}) from None


def not_found(reason: Refused) -> Problem:
    """404 with the reason."""
    return Problem(404, reason, REFUSALS[reason][1])


def override_incomplete() -> Problem:
    """422: an override that lacks somebody, or names somebody too many."""
    return Problem(
        422,
        "override_incomplete",
        Label("临时调整的人员不完整", "Who comes, who goes?"),
        Label("增加须填来者，移除须填去者，替换两者都填。", "add names person_id, remove replaced_id, replace both."),
    )
