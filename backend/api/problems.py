"""How an error looks: RFC 9457 `application/problem+json` with a stable `code`, in the caller's language."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from backend.services.identity.session import Must
from contract.vocabulary import Label

log = structlog.get_logger()

MEDIA_TYPE: Final = "application/problem+json"
MAX_SHOWN_ERRORS: Final = 20


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """An answer that is not what was asked for.

    `code` is stable and snake_case; callers decide by it. `extras` become members of the problem.
    """

    def __init__(
        self,
        status: int,
        code: str,
        title: Label,
        detail: Label | None = None,
        *,
        extras: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.extras = dict(extras or {})
        self.headers = dict(headers or {})


def unauthenticated() -> Problem:
    """401: nobody is logged in, and no valid token came along."""
    return Problem(
        401,
        "unauthenticated",
        Label("请先登录", "Log in first"),
        Label("会话已失效或缺少访问令牌。", "The session has ended, or no valid token was sent."),
        headers={"WWW-Authenticate": "Bearer"},
    )


def forbidden(needs: Sequence[str]) -> Problem:
    """403: known, but not allowed. `needs`: the roles or scopes of which one would do."""
    return Problem(
        403,
        "forbidden",
        Label("没有权限", "Not allowed"),
        Label(f"需要：{'、'.join(needs)}", f"Needs: {', '.join(needs)}"),
        extras={"needs": list(needs)},
    )


def csrf_mismatch() -> Problem:
    """403: a browser's unsafe call without the token of its session."""
    return Problem(
        403,
        "csrf",
        Label("请求校验失败", "Request check failed"),
        Label("请刷新页面后重试。", "Reload the page and try again: header X-CSRF-Token is missing or wrong."),
    )


_DUTIES: Final = {
    Must.CHANGE_PASSWORD: Label("请先修改密码", "Choose a password of your own first"),
    Must.ENROL_OTP: Label("请先绑定验证器", "Set up the second factor first"),
}


def duty_first(must: Must) -> Problem:
    """403: logged in, but something has to be done before anything else; `must` says what."""
    return Problem(403, f"must_{must}", _DUTIES[must], extras={"must": str(must)})


def too_large(limit_bytes: int) -> Problem:
    """413: the body is longer than this call takes."""
    return Problem(
        413,
        "too_large",
        Label("内容过大", "Body too large"),
        Label(f"最多 {limit_bytes} 字节。", f"At most {limit_bytes} bytes."),
        extras={"limit_bytes": limit_bytes},
    )


def unavailable() -> Problem:
    """503: the database cannot be reached or is busy. Nothing was stored."""
    return Problem(
        503,
        "unavailable",
        Label("数据库暂不可用", "Database unavailable"),
        Label("未保存任何内容，请稍后重试。", "Nothing was stored; try again."),
        headers={"Retry-After": "1"},
    )


_HTTP: Final = {
    400: ("bad_request", Label("请求无法识别", "Bad request")),
    404: ("not_found", Label("不存在", "Not found")),
    405: ("method_not_allowed", Label("不支持该方法", "Method not allowed")),
    413: ("too_large", Label("内容过大", "Body too large")),
    415: ("unsupported_media_type", Label("内容类型不支持", "Unsupported media type")),
}


def prefers_chinese(accept_language: str | None) -> bool:
    """Whether a caller reads Chinese; one that says nothing does: the house's language is zh-CN."""
    return accept_language is None or not accept_language.strip() or accept_language.strip().lower().startswith("zh")


def response(problem: Problem, accept_language: str | None) -> JSONResponse:
    """The problem as an HTTP answer."""

    def text(label: Label) -> str:
        return label.zh if prefers_chinese(accept_language) else label.en

    content: dict[str, Any] = {"type": "about:blank", "title": text(problem.title), "status": problem.status}
    content["code"] = problem.code
    if problem.detail is not None:
        content["detail"] = text(problem.detail)
    headers = {"Cache-Control": "no-store", **problem.headers}
    return JSONResponse({**content, **problem.extras}, problem.status, headers, MEDIA_TYPE)


def _invalid(error: RequestValidationError) -> Problem:
    # `input` and `ctx` stay out: they repeat what was sent, which may be personal or not representable (NaN).
    errors = [
        {"field": ".".join(str(part) for part in entry["loc"]), "reason": entry["type"], "message": entry["msg"]}
        for entry in error.errors()[:MAX_SHOWN_ERRORS]
    ]
    fields = "、".join(entry["field"] for entry in errors)
    return Problem(
        422,
        "invalid",
        Label("内容无效", "Invalid request"),
        Label(f"请更正：{fields}", f"Correct and send again: {fields.replace('、', ', ')}"),
        extras={"errors": errors},
    )


def _from_http(error: HTTPException) -> Problem:
    code, title = _HTTP.get(error.status_code, (f"http_{error.status_code}", Label("请求失败", "Request failed")))
    return Problem(error.status_code, code, title, headers=error.headers)


def unexpected(error: BaseException) -> Problem:
    """500: a fault of ours. Logged under an incident id, which is all that the caller learns."""
    incident = str(uuid.uuid4())
    log.error("unexpected_error", incident=incident, error=type(error).__name__)
    return Problem(
        500,
        "internal",
        Label("系统内部错误", "Internal error"),
        Label(f"请告知技术人员编号 {incident}", f"Tell the technician the number {incident}"),
        extras={"incident": incident},
    )


def as_problem(error: Exception, unavailable_errors: tuple[type[Exception], ...]) -> Problem:
    """Any error as the problem that the caller sees."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        return _from_http(error)
    if isinstance(error, unavailable_errors):
        log.warning("database_unavailable", error=type(error).__name__)
        return unavailable()
    return unexpected(error)


def install(api: FastAPI, unavailable_errors: tuple[type[Exception], ...]) -> None:
    """Make `api` answer every error as a problem. `unavailable_errors`: what the database raises when it is away."""

    def handle(request: Request, error: Exception) -> JSONResponse:
        return response(as_problem(error, unavailable_errors), request.headers.get("accept-language"))

    for kind in (Problem, RequestValidationError, HTTPException, *unavailable_errors, Exception):
        api.add_exception_handler(kind, handle)
