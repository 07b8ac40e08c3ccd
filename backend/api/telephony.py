"""The telephone's calls: dial by a click, say what came of it, and tell us who is calling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import structlog
from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints

from backend.api.access import Sees
from backend.api.bodies import ONE_LINE, Body
from backend.api.problems import Problem
from backend.api.script_bodies import Key, Text, key_reused, not_found, who
from backend.api.security import CurrentActor
from backend.api.telephony_views import (
    CallAnswer,
    CallPage,
    IncomingAnswer,
    IncomingPage,
    StartedCall,
    call_page,
    incoming_answer,
    started,
)
from backend.domain.script.model import CallResult, CallTarget
from backend.services.script.once import KeyReused
from backend.services.telephony.begin_call import BeginCall, CannotCall, NotCalled
from backend.services.telephony.end_call import EndCall, Ended, Said
from backend.services.telephony.numbers import EMERGENCY
from backend.services.telephony.ports import CallReader, IncomingReader
from backend.services.telephony.take_incoming import TakeIncoming
from contract.vocabulary import Label

log = structlog.get_logger()

Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=32, pattern=ONE_LINE)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=ONE_LINE)]


class CallBody(Body):
    """Whom to call: `id` of a resident or contact of the home, or a `number`; an emergency service by its number."""

    to: Literal["terminal", "resident", "contact", "emergency_service"]
    id: Id | None = None
    number: Number | None = None


class ResultBody(Body):
    """What came of a call. `seconds`: how long they spoke. `recording_reference`: where it can be heard."""

    result: Literal["spoken", "no_answer", "busy", "voicemail", "wrong_number", "failed"]
    seconds: int | None = Field(default=None, ge=0, le=86_400)
    recording_reference: Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=ONE_LINE)] | None = None
    note: Text | None = None


class IncomingBody(Body):
    """A call that rings. `call_id`: the telephone system's own id of it. `caller` empty: withheld."""

    caller: Annotated[str, StringConstraints(strip_whitespace=True, max_length=32, pattern=ONE_LINE)]
    called: Number
    call_id: Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=ONE_LINE)]


@dataclass(frozen=True, slots=True)
class TelephonyCalls:
    """What the router needs. `new_key`: for a caller that sends no Idempotency-Key."""

    begin: BeginCall
    end: EndCall
    take: TakeIncoming
    reader: CallReader
    incoming: IncomingReader
    new_key: Callable[[], str]


def router(calls: TelephonyCalls) -> APIRouter:
    """`/alerts/{id}/calls`, `/calls` and `/telephony` of the staff API."""
    api = APIRouter(tags=["telephony"])
    _add_outgoing(api, calls)
    _add_incoming(api, calls)
    return api


def _add_outgoing(api: APIRouter, calls: TelephonyCalls) -> None:
    @api.get("/alerts/{alert_id}/calls")
    def list_calls(alert_id: str) -> CallPage:
        """The calls about an alert, the oldest first, and whom there is to call. Numbers are masked."""
        return _page(calls, alert_id)

    @api.post("/alerts/{alert_id}/calls", status_code=201)
    def begin(alert_id: str, body: CallBody, actor: CurrentActor, key: Key = None) -> StartedCall:
        """The call is on record; `tel` is what the browser dials, null where the terminal dials the desk by itself."""
        to = CallTarget(body.to)
        try:
            call_id = calls.begin(alert_id, to, body.id, body.number, who(actor), key or calls.new_key())
        except CannotCall as cannot:
            raise _not_called(cannot.reason) from None
        except KeyReused:
            raise key_reused() from None
        call = calls.reader.call(call_id)
        if call is None:
            raise not_found("没有这次通话", "No such call")
        return started(call)

    @api.post("/calls/{call_id}/result")
    def end(call_id: str, body: ResultBody, actor: CurrentActor) -> CallAnswer:
        """What came of it, once. 409 `other_result` where something else was said before."""
        said = Said(CallResult(body.result), body.seconds, body.recording_reference, body.note)
        ended = calls.end(call_id, said, who(actor))
        call = calls.reader.call(call_id)
        if ended is Ended.NO_CALL or call is None:
            raise not_found("没有这次通话", "No such call")
        if ended is Ended.OTHER_RESULT:
            raise Problem(
                409,
                "other_result",
                Label("通话结果已登记", "The call has a result already"),
                Label("如需更正，请写备注。", "Write a note where it was wrong."),
                extras={"result": str(call.result)},
            )
        return CallAnswer.of(call)


def _add_incoming(api: APIRouter, calls: TelephonyCalls) -> None:
    @api.post("/telephony/incoming")
    def take(body: IncomingBody, actor: CurrentActor) -> IncomingAnswer:
        """Somebody calls: the card to be shown, and at which desk. The same `call_id` is the same call."""
        return incoming_answer(calls.take(actor.id, body.call_id, body.caller, body.called), in_full=False)

    @api.get("/telephony/incoming")
    def latest(sight: Sees, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> IncomingPage:
        """The latest calls that came in, the newest first; known numbers are masked."""
        found = calls.incoming.incoming(limit, sight)
        return IncomingPage(items=[incoming_answer(call, in_full=False) for call in found])

    @api.get("/telephony/incoming/{incoming_id}")
    def show(incoming_id: Annotated[int, Field(ge=1, le=2**62)], actor: CurrentActor) -> IncomingAnswer:
        """One of them with its number, for calling back."""
        call = calls.incoming.incoming_call(incoming_id)
        if call is None:
            raise not_found("没有这次来电", "No such call")
        log.info("incoming_number_shown", incoming_id=incoming_id, staff_id=actor.id)
        return incoming_answer(call, in_full=True)


def _page(calls: TelephonyCalls, alert_id: str) -> CallPage:
    found = calls.reader.calls(alert_id)
    if found is None:
        raise not_found()
    return call_page(found, calls.reader.parties(alert_id))


_REASONS: Final[dict[NotCalled, tuple[int, Label, Label]]] = {
    NotCalled.NO_SUCH_PARTY: (
        404,
        Label("没有这个联系对象", "Nobody of that id"),
        Label(
            f"请选择本户的老人或联系人，或紧急号码：{'、'.join(EMERGENCY)}。",
            f"Choose a resident or contact of this home, or one of {', '.join(EMERGENCY)}.",
        ),
    ),
    NotCalled.NO_NUMBER: (
        422,
        Label("没有电话号码", "No number"),
        Label("请补登号码，或直接输入号码。", "Add the number, or type one."),
    ),
    NotCalled.BAD_NUMBER: (
        422,
        Label("号码无法拨打", "Not a number"),
        Label("固定电话须带区号。", "A landline needs its area code."),
    ),
    NotCalled.NEVER_CALL: (
        409,
        Label("此联系人登记为“不得联系”", "This contact is never to be called"),
        Label("请选择其他联系人。", "Choose somebody else."),
    ),
    NotCalled.NO_DESK_NUMBER: (
        409,
        Label("警报台没有登记电话", "The desk has no number"),
        Label(
            "终端须拨打警报台，请管理员在机构中登记电话。",
            "The terminal dials the desk: enter a telephone number for the organisation.",
        ),
    ),
    NotCalled.CLOSED: (
        409,
        Label("警情已结案", "The alert is closed"),
        Label("结案后终端不再回拨。", "A terminal is not told to dial after the end."),
    ),
}


def _not_called(reason: NotCalled) -> Problem:
    if reason is NotCalled.NO_ALERT:
        return not_found()
    status, title, detail = _REASONS[reason]
    extras: dict[str, Any] = {"numbers": list(EMERGENCY)} if reason is NotCalled.NO_SUCH_PARTY else {}
    return Problem(status, str(reason), title, detail, extras=extras)
