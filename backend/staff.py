"""`python -m backend staff …`: accounts for whoever runs the machine; what they are told, and the exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from pydantic import ValidationError

from backend.adapters.clock import SystemClock
from backend.adapters.db.engine import make_engine
from backend.adapters.db.migrations import migrate
from backend.adapters.log import set_up_logging
from backend.parts.audit_log import AuditLogParts
from backend.parts.identity import IdentityParts
from backend.services.identity.actor import Actor, ActorKind, StaffRole
from backend.services.identity.change_staff import NewStaff
from backend.services.identity.new_password import OneTimePassword
from backend.services.identity.ports import StaffAccount
from backend.services.identity.staff_refusals import StaffFault, StaffRefused
from backend.settings import Settings, config_file
from contract.vocabulary import Label

MACHINE: Final = Actor(ActorKind.SERVICE, "machine", "machine", StaffRole.ADMINISTRATOR)
"""Whoever may read the database's files may do all this anyway; the audit trail says that it was done here."""
VERBS: Final = {
    "add": "添加账号，显示一次性密码 / add an account and show its one-time password",
    "list": "列出账号 / list accounts",
    "reset-password": "换成新的一次性密码 / replace the password by a one-time one",
    "reset-otp": "解除验证器 / take the second factor away",
    "disable": "停用 / disable",
    "enable": "恢复使用 / enable again",
    "revoke": "结束全部会话 / end all sessions",
}
WORDS: Final[dict[StaffFault, Label]] = {
    StaffFault.UNKNOWN_STAFF: Label("没有这个账号", "no such account"),
    StaffFault.USERNAME_TAKEN: Label("用户名已被使用", "the user name is taken"),
    StaffFault.UNKNOWN_ORGANISATION: Label("没有这个组织", "no such organisation"),
    StaffFault.ROLE_NOT_YOURS: Label("无权管理该角色", "the role is not yours to manage"),
    StaffFault.LAST_ADMINISTRATOR: Label(
        "这是最后一名区级管理员，请先添加另一名", "the last administrator of the district: add another one first"
    ),
    StaffFault.NOT_YOURSELF: Label("不能对自己这样做", "not for yourself"),
    StaffFault.NO_PASSWORD_HERE: Label("该账号由统一身份认证登录", "the account logs in at the identity provider"),
}


class StaffExit(IntEnum):
    """Exit codes."""

    DONE = 0
    REFUSED = 1
    USAGE = 2


def staff(arguments: Sequence[str]) -> int:
    """`arguments`: what stands behind `staff`."""
    asked = parser().parse_args(arguments)
    try:
        settings = Settings()
    except (ValidationError, ValueError) as error:
        print(f"{config_file()}, CARE_BACKEND_…: {type(error).__name__}", file=sys.stderr)
        return StaffExit.USAGE
    set_up_logging(settings.log_level)
    return keep_accounts(settings, asked)


def keep_accounts(settings: Settings, asked: argparse.Namespace) -> StaffExit:
    """Do what is asked, and say what came of it."""
    engine, clock = make_engine(settings.database_url), SystemClock()
    audit_log = AuditLogParts(settings, engine, clock)
    try:
        migrate(engine)
        audit_log.recorder.start()
        return _do(IdentityParts(settings, engine, clock, audit_log.recorder), asked)
    except StaffRefused as refused:
        words = WORDS[refused.reason]
        print(f"{words.zh} / {words.en}", file=sys.stderr)
        return StaffExit.REFUSED
    finally:
        audit_log.recorder.stop()
        engine.dispose()


def parser() -> argparse.ArgumentParser:
    """What may be asked."""
    top = argparse.ArgumentParser(prog="python -m backend staff", description="账号 / Accounts")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    for verb, words in VERBS.items():
        one = verbs.add_parser(verb, help=words, description=words)
        if verb != "list":
            one.add_argument("username", help="用户名 / user name")
        if verb == "add":
            one.add_argument("--name", required=True, help="姓名 / the person's name")
            one.add_argument(
                "--role", required=True, type=StaffRole, choices=list(StaffRole), metavar="|".join(StaffRole)
            )
            one.add_argument("--organisation", help="组织编号；默认全区 / organisation id; default: the whole district")
            one.add_argument("--locale", default="zh-CN", choices=("zh-CN", "en"))
    return top


def _do(identity: IdentityParts, asked: argparse.Namespace) -> StaffExit:
    if asked.verb == "list":
        for line in identity.read(MACHINE):
            print(_line(line.account, has_otp=line.has_otp))
        return StaffExit.DONE
    if asked.verb == "add":
        wanted = NewStaff(asked.username, asked.name, asked.role, asked.locale, asked.organisation)
        return _show(identity.add(wanted, MACHINE))
    staff_id = _id_of(identity, asked.username)
    if asked.verb == "reset-password":
        return _show(identity.reset_password(staff_id, MACHINE))
    if asked.verb == "reset-otp":
        identity.reset_otp(staff_id, MACHINE)
    elif asked.verb == "revoke":
        ended = identity.end_sessions.of(MACHINE, staff_id)
        print(f"已结束 {ended} 个会话 / {ended} sessions ended", file=sys.stderr)
    else:
        identity.change(staff_id, {"disabled": asked.verb == "disable"}, MACHINE)
    return StaffExit.DONE


def _id_of(identity: IdentityParts, username: str) -> str:
    account = identity.store.staff_by_username(username.strip().lower())
    if account is None:
        raise StaffRefused(StaffFault.UNKNOWN_STAFF)
    return account.id


def _show(made: OneTimePassword) -> StaffExit:
    # The password alone on standard output, so that it can be handed on; what it means beside it.
    print(made.password)
    until = made.expires_at.strftime("%Y-%m-%d %H:%M UTC")
    print(f"只显示这一次，{until} 前有效 / shown this once, good until {until}", file=sys.stderr)
    return StaffExit.DONE


def _line(account: StaffAccount, *, has_otp: bool) -> str:
    marks = [
        "停用/disabled" if account.disabled else "",
        "一次性密码/one-time password" if account.one_time_until is not None else "",
        "验证器/otp" if has_otp else "",
        "统一认证/provider" if account.oidc_subject is not None else "",
    ]
    where = account.organisation_id or "*"
    return "  ".join(filter(None, [account.username, account.role, where, account.name, *marks]))
