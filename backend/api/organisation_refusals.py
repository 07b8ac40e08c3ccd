"""How a change to the organisation tree is refused over HTTP: what, where, and what to do."""

from __future__ import annotations

from typing import Final

from backend.api.problems import Problem
from backend.api.sheets import label_view
from backend.domain.organisation.directory import Fault
from backend.domain.organisation.hours import HoursRefused
from backend.services.organisation.assign import AssignmentRefused, Unassignable
from backend.services.organisation.refusals import ChangeRefused, told, told_of_hours
from contract.vocabulary import Label

_TAKEN: Final = frozenset({Fault.ID_TAKEN, Fault.NAME_TAKEN})
_NOT_FOUND: Final = {
    "organisation": Label("没有这个组织", "No such organisation"),
    "village": Label("没有这个村", "No such village"),
}
_UNASSIGNABLE: Final = {
    Unassignable.UNKNOWN_HOME: (404, Label("没有这个住户", "No such home"), Label("请核对编号。", "Check its id.")),
    Unassignable.UNKNOWN_STAFF: (404, Label("没有这个账号", "No such staff"), Label("请核对编号。", "Check the id.")),
    Unassignable.LAST_ADMINISTRATOR: (
        409,
        Label("这是最后一名区级管理员", "This is the last administrator of the district"),
        Label("请先设立另一名。", "Make another one first."),
    ),
    Unassignable.UNKNOWN_ORGANISATION: (
        422,
        Label("没有这个组织", "No such organisation"),
        Label("请从组织列表中选择。", "Choose one from the list of organisations."),
    ),
    Unassignable.ORGANISATION_DISABLED: (
        422,
        Label("该组织已停用", "The organisation is disabled"),
        Label("请另选一个，或先恢复使用。", "Choose another one, or enable it first."),
    ),
    Unassignable.UNKNOWN_VILLAGE: (
        422,
        Label("没有这个村", "No such village"),
        Label("请从村列表中选择，或先添加。", "Choose one from the list of villages, or add it first."),
    ),
}


def not_found(what: str) -> Problem:
    """404: `organisation` or `village`."""
    return Problem(404, f"unknown_{what}", _NOT_FOUND[what])


def change_refused(refused: ChangeRefused) -> Problem:
    """409 where an id or a name is taken, else 422; the code is the first reason, `wrong` has all of them."""
    first = refused.wrongs[0]
    words = told(first)
    wrong = [
        {
            "field": one.field,
            "reason": str(one.reason),
            "value": one.value,
            "what": label_view(told(one).what).model_dump(by_alias=True),
            "remedy": label_view(told(one).remedy).model_dump(by_alias=True),
        }
        for one in refused.wrongs
    ]
    status = 409 if first.reason in _TAKEN else 422
    return Problem(status, str(first.reason), words.what, words.remedy, extras={"wrong": wrong})


def hours_refused(refused: HoursRefused) -> Problem:
    """422: opening hours that mean nothing."""
    words = told_of_hours(refused.reason, refused.piece)
    return Problem(
        422, "bad_hours", words.what, words.remedy, extras={"reason": str(refused.reason), "piece": refused.piece}
    )


def assignment_refused(refused: AssignmentRefused) -> Problem:
    """404 for an unknown home or account, 422 for where it cannot belong."""
    status, title, detail = _UNASSIGNABLE[refused.reason]
    return Problem(status, str(refused.reason), title, detail, extras={"id": refused.id})
