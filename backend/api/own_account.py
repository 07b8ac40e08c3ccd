"""What everybody does with their own account: password, second factor, sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import segno
from fastapi import APIRouter, Request, Response
from pydantic import Field

from backend.api.bodies import ONE_LINE, Answer, Body, Moment
from backend.api.identity_problems import (
    bad_otp,
    otp_refused,
    password_refused,
    staff_refused,
    too_many,
    unknown,
    wrong_password,
)
from backend.api.log_in_threads import LogInThreads
from backend.api.security import CurrentSession, session_cookie
from backend.api.session import Session, session_view, set_cookies, visitor_of
from backend.services.identity.change_password import ChangePassword, TooManyTries
from backend.services.identity.enrol_otp import EnrolOtp, OtpRefusal, OtpState
from backend.services.identity.own_sessions import EndSessions, ListSessions, ShownSession
from backend.services.identity.password_rules import PasswordFault
from backend.services.identity.staff_refusals import StaffRefused
from contract.vocabulary import Label

Word = Annotated[str, Field(min_length=1, max_length=256)]


@dataclass(frozen=True, slots=True)
class OwnAccountCalls:
    """What these calls need."""

    change_password: ChangePassword
    otp: EnrolOtp
    sessions: ListSessions
    end_sessions: EndSessions
    threads: LogInThreads
    secure_cookie: bool


class PasswordBody(Body):
    """The one in force, and the one that is wanted."""

    current: Word
    password: Word


class ProofBody(Body):
    """The password again, before something that outlasts the session."""

    password: Word


class CodeBody(Body):
    """A code of the telephone."""

    otp: Annotated[str, Field(min_length=6, max_length=16, pattern=ONE_LINE)]


class OtpView(Answer):
    """How the second factor stands. `required`: the role must have one."""

    state: OtpState
    required: bool
    recovery_codes: int


class OtpOfferView(Answer):
    """Shown once: `qr_svg` is what a telephone reads, `secret` what is typed in its stead (base 32)."""

    secret: str
    address: str
    qr_svg: str


class RecoveryView(Answer):
    """Shown once; each of them is good for one log-in without the telephone."""

    recovery_codes: list[str]


class SessionLine(Answer):
    """A log-in that is open. `address` is masked; `current`: this one."""

    id: str
    created_at: Moment
    used_at: Moment | None
    expires_at: Moment
    address: str | None
    agent: str | None
    current: bool


class SessionList(Answer):
    """The latest first."""

    items: list[SessionLine]


class Ended(Answer):
    """How many sessions have ended."""

    ended: int


def router(calls: OwnAccountCalls) -> APIRouter:
    """`/session/…` of the staff API: open to whoever is logged in, also before their duties are done."""
    api = APIRouter(prefix="/session", tags=["session"])

    @api.put("/password")
    async def change_password(
        body: PasswordBody, request: Request, response: Response, session: CurrentSession
    ) -> Session:
        """All sessions of the account end, this browser gets a new one."""
        visitor = visitor_of(request)
        try:
            done = await calls.threads.run(
                lambda: calls.change_password(session.staff, body.current, body.password, visitor)
            )
        except StaffRefused as refused:
            raise staff_refused(refused) from None
        if done is None:
            raise wrong_password()
        if isinstance(done, TooManyTries):
            raise too_many(done.retry_after)
        if isinstance(done, PasswordFault):
            raise password_refused(done, calls.change_password.rules.least_length)
        set_cookies(response, done.token, done.device, secure=calls.secure_cookie)
        return session_view(done.session)

    @api.get("/list")
    def sessions(session: CurrentSession, request: Request) -> SessionList:
        cookie = session_cookie(request.headers.get("cookie")) or ""
        return session_list(calls.sessions(session.staff.id, cookie))

    @api.delete("/list", status_code=200)
    def end_others(session: CurrentSession, request: Request) -> Ended:
        """All but this one."""
        cookie = session_cookie(request.headers.get("cookie")) or ""
        return Ended(ended=calls.end_sessions.others(session.actor, cookie))

    @api.delete("/list/{session_id}", status_code=204)
    def end_one(session_id: str, session: CurrentSession) -> None:
        if not calls.end_sessions.one(session.actor, session_id):
            raise unknown("session", Label("没有这个会话", "No such session"))

    api.include_router(_otp(calls))
    return api


def _otp(calls: OwnAccountCalls) -> APIRouter:
    api = APIRouter(prefix="/otp")

    @api.get("")
    def standing(session: CurrentSession) -> OtpView:
        found = calls.otp.standing(session.staff)
        return OtpView(state=found.state, required=found.required, recovery_codes=found.recovery_codes)

    @api.post("")
    async def offer(body: ProofBody, response: Response, session: CurrentSession) -> OtpOfferView:
        """A new secret; the one in force stays so until the new one is confirmed."""
        try:
            made = await calls.threads.run(lambda: calls.otp.offer(session.staff, body.password))
        except StaffRefused as refused:
            raise staff_refused(refused) from None
        if isinstance(made, OtpRefusal):
            raise otp_refused(made)
        if isinstance(made, TooManyTries):
            raise too_many(made.retry_after)
        response.headers["Cache-Control"] = "no-store"
        picture = segno.make(made.address, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff")
        return OtpOfferView(secret=made.secret, address=made.address, qr_svg=picture)

    @api.put("")
    def confirm(body: CodeBody, response: Response, session: CurrentSession) -> RecoveryView:
        """The first code, which proves that the telephone has it."""
        words = calls.otp.confirm(session.staff, body.otp)
        if words is None:
            raise bad_otp()
        response.headers["Cache-Control"] = "no-store"
        return RecoveryView(recovery_codes=words)

    @api.post("/remove", status_code=204)
    async def remove(body: ProofBody, session: CurrentSession) -> None:
        try:
            refused = await calls.threads.run(lambda: calls.otp.give_up(session.staff, body.password))
        except StaffRefused as error:
            raise staff_refused(error) from None
        if isinstance(refused, OtpRefusal):
            raise otp_refused(refused)
        if isinstance(refused, TooManyTries):
            raise too_many(refused.retry_after)

    return api


def session_list(rows: list[ShownSession]) -> SessionList:
    """Sessions as they are shown."""
    return SessionList(
        items=[
            SessionLine(
                id=row.id,
                created_at=row.created_at,
                used_at=row.used_at,
                expires_at=row.expires_at,
                address=row.address,
                agent=row.agent,
                current=row.current,
            )
            for row in rows
        ]
    )
