"""Accounts: who has one, in which role and where; adding, changing, helping out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from backend.api.bodies import ONE_LINE, Answer, Body, Moment
from backend.api.identity_problems import staff_refused
from backend.api.log_in_threads import LogInThreads
from backend.api.own_account import Ended, SessionList, session_list
from backend.api.security import CurrentActor
from backend.services.identity.actor import Actor, StaffRole
from backend.services.identity.change_staff import AddStaff, ChangeStaff, NewStaff
from backend.services.identity.enrol_otp import ResetOtp
from backend.services.identity.new_password import OneTimePassword, ResetPassword
from backend.services.identity.own_sessions import EndSessions, ListSessions
from backend.services.identity.ports import StaffAccount
from backend.services.identity.read_staff import ReadStaff, StaffLine
from backend.services.identity.staff_refusals import StaffFault, StaffRefused

"""A manager within their subtree, and the roles below their own: `staff_refusals.GIVES`."""
RoleName = Literal["operator", "technician", "administrator", "manager", "responder", "auditor", "family"]
LocaleName = Literal["zh-CN", "en"]
Username = Annotated[str, Field(min_length=2, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
PersonName = Annotated[str, Field(min_length=1, max_length=128, pattern=ONE_LINE)]
OrganisationId = Annotated[str, Field(min_length=1, max_length=64, pattern=ONE_LINE)]


@dataclass(frozen=True, slots=True)
class StaffCalls:
    """What these calls need."""

    read: ReadStaff
    add: AddStaff
    change: ChangeStaff
    reset_password: ResetPassword
    reset_otp: ResetOtp
    sessions: ListSessions
    end_sessions: EndSessions
    threads: LogInThreads


class NewStaffBody(Body):
    """An account. `organisation_id` null or absent: the whole district."""

    username: Username
    name: PersonName
    role: RoleName
    locale: LocaleName = "zh-CN"
    organisation_id: OrganisationId | None = None


class StaffChange(Body):
    """What is to be otherwise; what is absent stays. `organisation_id` null: the whole district."""

    name: PersonName | None = None
    role: RoleName | None = None
    locale: LocaleName | None = None
    organisation_id: OrganisationId | None = None
    disabled: bool | None = None


class StaffView(Answer):
    """An account. `password`: whether it is their own, a one-time one, or at the OpenID provider."""

    id: str
    username: str
    name: str
    role: StaffRole
    locale: str
    organisation_id: str | None
    disabled: bool
    password: Literal["own", "one_time", "provider"]
    one_time_until: Moment | None
    otp: bool


class StaffList(Answer):
    """By user name; only those of the caller's subtree."""

    items: list[StaffView]


class OneTimeView(Answer):
    """The password is shown here only. It is good until `expires_at`, and for nothing but choosing another."""

    staff: StaffView
    password: str
    expires_at: Moment


def router(calls: StaffCalls) -> APIRouter:
    """`/staff` of the staff API."""
    api = APIRouter(prefix="/staff", tags=["staff"])

    @api.get("")
    def accounts(actor: CurrentActor) -> StaffList:
        return StaffList(items=[_line(line) for line in calls.read(actor)])

    @api.post("", status_code=201)
    async def add(body: NewStaffBody, response: Response, actor: CurrentActor) -> OneTimeView:
        """409 `username_taken`: also where the same request has come twice; reset the password then."""
        wanted = NewStaff(body.username, body.name, StaffRole(body.role), body.locale, body.organisation_id)
        try:
            made = await calls.threads.run(lambda: calls.add(wanted, actor))
        except StaffRefused as refused:
            raise staff_refused(refused) from None
        return _shown_once(made, response)

    @api.patch("/{staff_id}")
    def change(staff_id: str, body: StaffChange, actor: CurrentActor) -> StaffView:
        """Ends all sessions of the account where its role, organisation or being disabled changes."""
        try:
            changed = calls.change(staff_id, _fields(body), actor)
        except StaffRefused as refused:
            raise staff_refused(refused) from None
        return _view(changed, has_otp=_has_otp(calls, actor, staff_id))

    @api.post("/{staff_id}/password-reset")
    async def reset_password(staff_id: str, response: Response, actor: CurrentActor) -> OneTimeView:
        try:
            made = await calls.threads.run(lambda: calls.reset_password(staff_id, actor))
        except StaffRefused as refused:
            raise staff_refused(refused) from None
        return _shown_once(made, response, has_otp=_has_otp(calls, actor, staff_id))

    @api.delete("/{staff_id}/otp", status_code=204)
    def reset_otp(staff_id: str, actor: CurrentActor) -> None:
        try:
            calls.reset_otp(staff_id, actor)
        except StaffRefused as refused:
            raise staff_refused(refused) from None

    @api.get("/{staff_id}/sessions")
    def sessions(staff_id: str, actor: CurrentActor) -> SessionList:
        if calls.read.one(actor, staff_id) is None:
            raise staff_refused(StaffRefused(StaffFault.UNKNOWN_STAFF))
        return session_list(calls.sessions(staff_id))

    @api.delete("/{staff_id}/sessions", status_code=200)
    def end_sessions(staff_id: str, actor: CurrentActor) -> Ended:
        try:
            return Ended(ended=calls.end_sessions.of(actor, staff_id))
        except StaffRefused as refused:
            raise staff_refused(refused) from None

    return api


def _fields(body: StaffChange) -> dict[str, Any]:
    fields: dict[str, Any] = body.model_dump(exclude_unset=True)
    # A null organisation is the whole district; of anything else it says nothing.
    fields = {name: value for name, value in fields.items() if value is not None or name == "organisation_id"}
    if "role" in fields:
        fields["role"] = StaffRole(fields["role"])
    return fields


def _has_otp(calls: StaffCalls, actor: Actor, staff_id: str) -> bool:
    line = calls.read.one(actor, staff_id)
    return line is not None and line.has_otp


def _line(line: StaffLine) -> StaffView:
    return _view(line.account, has_otp=line.has_otp)


def _view(account: StaffAccount, *, has_otp: bool) -> StaffView:
    kept: Literal["own", "one_time", "provider"] = "one_time" if account.one_time_until is not None else "own"
    return StaffView(
        id=account.id,
        username=account.username,
        name=account.name,
        role=account.role,
        locale=account.locale,
        organisation_id=account.organisation_id,
        disabled=account.disabled,
        password="provider" if account.oidc_subject is not None else kept,
        one_time_until=account.one_time_until,
        otp=has_otp,
    )


def _shown_once(made: OneTimePassword, response: Response, *, has_otp: bool = False) -> OneTimeView:
    response.headers["Cache-Control"] = "no-store"
    shown = _view(made.staff, has_otp=has_otp)
    return OneTimeView(staff=shown, password=made.password, expires_at=made.expires_at)
