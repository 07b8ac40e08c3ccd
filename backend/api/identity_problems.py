"""How identity refuses over HTTP: what, and what to do."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Final

from backend.api.problems import Problem
from backend.services.identity.api_tokens import TokenFault
from backend.services.identity.enrol_otp import OtpRefusal
from backend.services.identity.log_in import LoginRefusal, LoginRefused
from backend.services.identity.password_rules import PasswordFault
from backend.services.identity.staff_refusals import StaffFault, StaffRefused
from contract.vocabulary import Label

_LOG_IN: Final = {
    LoginRefusal.BAD_CREDENTIALS: (Label("用户名或密码错误", "Wrong user name or password"), None),
    LoginRefusal.OTP_REQUIRED: (
        Label("请输入验证码", "A code is needed"),
        Label("打开手机上的验证器，或使用恢复码。", "From the authenticator on your telephone, or a recovery code."),
    ),
    LoginRefusal.BAD_OTP: (
        Label("验证码错误", "Wrong code"),
        Label("请核对手机时间，或使用恢复码。", "Check the telephone's clock, or use a recovery code."),
    ),
    LoginRefusal.OTP_USED: (
        Label("该验证码已使用", "The code was used already"),
        Label("请等待下一个验证码。", "Wait for the next one."),
    ),
    LoginRefusal.PASSWORD_EXPIRED: (
        Label("一次性密码已过期", "The one-time password has expired"),
        Label("请向管理员索取新的。", "Ask an administrator for another."),
    ),
}
_PASSWORD: Final = {
    PasswordFault.TOO_COMMON: Label("太常见，请换一个。", "Too well known: choose another."),
    PasswordFault.HAS_NAME: Label("不得包含姓名或用户名。", "It must not contain your name or user name."),
    PasswordFault.SAME: Label("与原密码相同。", "It is the one from before."),
}
_STAFF: Final = {
    StaffFault.UNKNOWN_STAFF: (404, Label("没有这个账号", "No such account"), None),
    StaffFault.USERNAME_TAKEN: (409, Label("用户名已被使用", "The user name is taken"), None),
    StaffFault.UNKNOWN_ORGANISATION: (
        422,
        Label("没有这个组织", "No such organisation"),
        Label("请从组织列表中选择正在使用的。", "Choose one that is at work from the list of organisations."),
    ),
    StaffFault.ROLE_NOT_YOURS: (
        403,
        Label("无权管理该角色", "The role is not yours to manage"),
        Label("请联系区级管理员。", "Ask the administrator of the district."),
    ),
    StaffFault.LAST_ADMINISTRATOR: (
        409,
        Label("这是最后一名区级管理员", "This is the last administrator of the district"),
        Label("请先设立另一名。", "Make another one first."),
    ),
    StaffFault.NOT_YOURSELF: (
        409,
        Label("不能对自己这样做", "Not for yourself"),
        Label("请由另一名管理员操作。", "Another administrator has to do it."),
    ),
    StaffFault.NO_PASSWORD_HERE: (
        409,
        Label("该账号由统一身份认证登录", "The account logs in at the identity provider"),
        Label("密码与验证码请在那里修改。", "Its password and codes are changed there."),
    ),
}
_TOKEN: Final = {
    TokenFault.NAME_TAKEN: (409, Label("已有同名的有效令牌", "A token of this name is in force"), None),
    TokenFault.BAD_EXPIRY: (
        422,
        Label("有效期无效", "The expiry is not valid"),
        Label("须在未来三年之内。", "It must lie ahead, within three years."),
    ),
}
_OTP: Final = {
    OtpRefusal.WRONG_PASSWORD: (403, Label("密码错误", "Wrong password"), None),
    OtpRefusal.REQUIRED: (
        409,
        Label("该角色必须使用验证码", "The role must have a second factor"),
        Label("更换手机时请重新绑定。", "Bind it again when you change the telephone."),
    ),
}


def busy() -> Problem:
    """503: more passwords are being checked than may be at once."""
    return _come_again(503, LoginRefusal.BUSY, Label("系统繁忙", "Busy"), timedelta(seconds=1))


def too_many(wait: timedelta) -> Problem:
    """429: wrong too often."""
    return _come_again(429, LoginRefusal.TOO_MANY_ATTEMPTS, Label("尝试次数过多", "Too many attempts"), wait)


def log_in_refused(refused: LoginRefused) -> Problem:
    """401, 429 or 503."""
    if refused.reason is LoginRefusal.TOO_MANY_ATTEMPTS:
        return too_many(refused.retry_after or timedelta(seconds=1))
    if refused.reason is LoginRefusal.BUSY:
        return busy()
    title, detail = _LOG_IN[refused.reason]
    return Problem(401, refused.reason, title, detail)


def password_refused(fault: PasswordFault, least_length: int) -> Problem:
    """422: choose another; `least_length` in characters."""
    short = Label(f"至少 {least_length} 个字符。", f"At least {least_length} characters.")
    title = Label("不接受该密码", "The password is not taken")
    return Problem(422, fault, title, _PASSWORD.get(fault, short), extras={"least_length": least_length})


def wrong_password() -> Problem:
    """403: not the one in force; 401 would log the page out."""
    return otp_refused(OtpRefusal.WRONG_PASSWORD)


def staff_refused(refused: StaffRefused) -> Problem:
    """Why an account stays as it is."""
    status, title, detail = _STAFF[refused.reason]
    return Problem(status, refused.reason, title, detail)


def token_refused(fault: TokenFault) -> Problem:
    """Why there is no such token."""
    status, title, detail = _TOKEN[fault]
    return Problem(status, fault, title, detail)


def otp_refused(refusal: OtpRefusal) -> Problem:
    """Why the second factor stays as it is."""
    status, title, detail = _OTP[refusal]
    return Problem(status, refusal, title, detail)


def bad_otp() -> Problem:
    """422: the first code does not belong to the secret that was shown."""
    title, detail = _LOG_IN[LoginRefusal.BAD_OTP]
    return Problem(422, LoginRefusal.BAD_OTP, title, detail)


def unknown(what: str, title: Label) -> Problem:
    """404: no such session or token."""
    return Problem(404, f"unknown_{what}", title)


def _come_again(status: int, code: str, title: Label, wait: timedelta) -> Problem:
    seconds = max(1, math.ceil(wait.total_seconds()))
    detail = Label(f"请在 {seconds} 秒后重试。", f"Try again in {seconds} s.")
    extras, headers = {"retry_after_seconds": seconds}, {"Retry-After": str(seconds)}
    return Problem(status, code, title, detail, extras=extras, headers=headers)
