"""Work orders over HTTP: the list, the counts, one order, and each step that a person takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response

from backend.api.access import Sees
from backend.api.alerts import Key
from backend.api.security import CurrentActor
from backend.api.work_order_bodies import (
    AssignBody,
    CallBackBody,
    FinishBody,
    HoldBody,
    Id,
    Kind,
    NewOrderBody,
    RateBody,
    ReasonBody,
    RemarkBody,
)
from backend.api.work_order_problems import not_done, not_found, refused
from backend.domain.alert.model import Actor as TimelineActor
from backend.domain.alert.model import ActorKind
from backend.domain.work_order.lifecycle import Refusal
from backend.domain.work_order.model import CallResult, Outcome, Priority, State, Taker, Verb
from backend.domain.work_order.rules import Book
from backend.services.identity.actor import Actor, StaffRole
from backend.services.sheets.ports import SheetFormat, WriteSheet
from backend.services.work_order.act import Acted, ActOnOrder, Request
from backend.services.work_order.export import HEADINGS, sheet_rows
from backend.services.work_order.ports import Clock
from backend.services.work_order.register import RegisterOrder, Unregistered, Wanted
from backend.services.work_order.views import (
    Filter,
    Which,
    WorkOrderDetail,
    WorkOrderPage,
    WorkOrderReader,
    WorkOrderSummary,
    WorkOrderWords,
)
from backend.services.work_order.words import form_words

TAKERS: Final[Mapping[StaffRole, frozenset[Taker]]] = {
    StaffRole.OPERATOR: frozenset({Taker.OPERATOR}),
    StaffRole.TECHNICIAN: frozenset({Taker.TECHNICIAN}),
    StaffRole.MANAGER: frozenset({Taker.OPERATOR, Taker.MANAGER}),
    StaffRole.ADMINISTRATOR: frozenset({Taker.OPERATOR, Taker.MANAGER}),
}
"""In which capacity somebody with an account takes an order."""
NO_REMARK: Final = RemarkBody()
MOST_EXPORTED: Final = 20_000
MEDIA: Final = {
    SheetFormat.CSV: "text/csv; charset=utf-8",
    SheetFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class WorkOrderCalls:
    """What the router needs."""

    act: ActOnOrder
    register: RegisterOrder
    reader: WorkOrderReader
    write: WriteSheet
    clock: Clock
    book: Book
    zone: ZoneInfo


def router(calls: WorkOrderCalls) -> APIRouter:
    """`/work-orders` of the staff API."""
    api = APIRouter(prefix="/work-orders", tags=["work orders"])
    _add_lists(api, calls)
    _add_making(api, calls)
    _add_steps(api, calls)
    return api


def wanted(
    which: Literal["open", "ended", "all"] = "open",
    state: Annotated[State | None, Query()] = None,
    kind: Annotated[Kind | None, Query()] = None,
    provider: Annotated[Id | None, Query()] = None,
    assignee: Annotated[Id | None, Query()] = None,
    home: Annotated[Id | None, Query()] = None,
    alert: Annotated[Id | None, Query()] = None,
    overdue: bool | None = None,
    supervised: bool | None = None,
) -> Filter:
    """The filters of a list and of an export. With `state`, `which` says nothing."""
    return Filter(Which(which), state, kind, provider, assignee, home, alert, overdue, supervised)


Wants = Annotated[Filter, Depends(wanted)]


def _add_lists(api: APIRouter, calls: WorkOrderCalls) -> None:
    @api.get("")
    def list_work_orders(
        wants: Wants,
        sight: Sees,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ) -> WorkOrderPage:
        """Supervised first, then by deadline; ended ones: newest first."""
        return calls.reader.page(wants, limit, offset, calls.clock.now(), sight)

    @api.get("/summary")
    def summarise_work_orders(sight: Sees) -> WorkOrderSummary:
        """How many stand in each state, and how many are late; ended ones of the last 30 days."""
        return calls.reader.summary(calls.clock.now(), sight)

    words = form_words(calls.book)

    @api.get("/words")
    def show_work_order_words() -> WorkOrderWords:
        """Kinds, priorities, outcomes and call results with their labels."""
        return words

    @api.get("/export")
    def export_work_orders(
        wants: Wants, sight: Sees, format_: Annotated[Literal["csv", "xlsx"], Query(alias="format")]
    ) -> Response:
        """The same list as a file, at most 20,000 orders."""
        now = calls.clock.now()
        page = calls.reader.page(wants, MOST_EXPORTED, 0, now, sight)
        form = SheetFormat(format_)
        body = calls.write(form, "工单 Work orders", HEADINGS, sheet_rows(page.items, calls.zone))
        name = f"work-orders-{now.astimezone(calls.zone):%Y-%m-%d}.{form}"
        return Response(body, media_type=MEDIA[form], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _add_making(api: APIRouter, calls: WorkOrderCalls) -> None:
    @api.post("", status_code=201)
    def register_work_order(body: NewOrderBody, actor: CurrentActor, key: Key = None) -> WorkOrderDetail:
        """Write one down. The same Idempotency-Key by the same person is the same order."""
        fields = body.model_dump(exclude={"priority"})
        priority = Priority(body.priority) if body.priority is not None else None
        made = calls.register(Wanted(**fields, actor=_who(actor), priority=priority), key)
        if isinstance(made, Unregistered):
            raise not_done(made)
        return _detail(calls, made)

    @api.get("/{order_id}")
    def show_work_order(order_id: str) -> WorkOrderDetail:
        """One order with its timeline, its call-backs, whom to call and what may be done."""
        return _detail(calls, order_id)


def _add_steps(api: APIRouter, calls: WorkOrderCalls) -> None:
    step = _stepper(calls)

    @api.post("/{order_id}/accept")
    def accept(order_id: str, actor: CurrentActor, key: Key = None) -> WorkOrderDetail:
        """Take it oneself."""
        return step(order_id, actor, key, Verb.ACCEPT)

    @api.post("/{order_id}/assign")
    def assign(order_id: str, body: AssignBody, actor: CurrentActor, key: Key = None) -> WorkOrderDetail:
        """Give it to an organisation or a person; a person's organisation comes with them."""
        return step(order_id, actor, key, Verb.ASSIGN, **body.model_dump())

    @api.post("/{order_id}/start")
    def start(order_id: str, actor: CurrentActor, body: RemarkBody = NO_REMARK, key: Key = None) -> WorkOrderDetail:
        """The work begins."""
        return step(order_id, actor, key, Verb.START, text=body.text)

    @api.post("/{order_id}/finish")
    def finish(order_id: str, body: FinishBody, actor: CurrentActor, key: Key = None) -> WorkOrderDetail:
        """The work is done; the call-back is owed from now on."""
        return step(order_id, actor, key, Verb.FINISH, outcome=Outcome(body.outcome), text=body.text)

    @api.post("/{order_id}/call-backs")
    def call_back(order_id: str, body: CallBackBody, actor: CurrentActor, key: Key = None) -> WorkOrderDetail:
        """A call-back was made. `unresolved` sends the order back to work; three that reached nobody let it close."""
        return step(order_id, actor, key, Verb.CALL_BACK, result=CallResult(body.result), text=body.text)

    @api.post("/{order_id}/rate")
    def rate(order_id: str, body: RateBody, actor: CurrentActor, key: Key = None) -> WorkOrderDetail:
        """What the person thinks of it, 1 to 5."""
        return step(order_id, actor, key, Verb.RATE, rating=body.rating, text=body.text)

    @api.post("/{order_id}/close")
    def close(order_id: str, actor: CurrentActor, body: RemarkBody = NO_REMARK, key: Key = None) -> WorkOrderDetail:
        """It is over. 409 `needs_call_back` without a call-back result or three failed attempts."""
        return step(order_id, actor, key, Verb.CLOSE, text=body.text)

    @api.post("/{order_id}/cancel")
    def cancel(order_id: str, body: ReasonBody, actor: CurrentActor, key: Key = None) -> WorkOrderDetail:
        """It is not to be done after all. Not once the work is finished: then somebody calls back."""
        return step(order_id, actor, key, Verb.CANCEL, text=body.text)

    @api.post("/{order_id}/hold")
    def hold(order_id: str, body: HoldBody, actor: CurrentActor, key: Key = None) -> WorkOrderDetail:
        """It waits until a day, for a reason; the step keeps the time that it had left."""
        return step(order_id, actor, key, Verb.HOLD, text=body.text, until=body.until)

    @api.post("/{order_id}/resume")
    def resume(order_id: str, actor: CurrentActor, body: RemarkBody = NO_REMARK, key: Key = None) -> WorkOrderDetail:
        """It goes on before the day."""
        return step(order_id, actor, key, Verb.RESUME, text=body.text)

    @api.post("/{order_id}/notes")
    def note(order_id: str, body: ReasonBody, actor: CurrentActor, key: Key = None) -> WorkOrderDetail:
        """A remark for the timeline, at any time."""
        return step(order_id, actor, key, Verb.NOTE, text=body.text)


def _stepper(calls: WorkOrderCalls) -> Callable[..., WorkOrderDetail]:
    def step(order_id: str, actor: Actor, key: str | None, verb: Verb, **fields: Any) -> WorkOrderDetail:
        takers = TAKERS[actor.role] if actor.role is not None else frozenset()
        try:
            acted = calls.act(order_id, Request(verb, _who(actor), takers, **fields), key)
        except Refusal as refusal:
            raise refused(refusal, calls.book) from None
        if acted is not Acted.DONE:
            raise not_done(acted)
        return _detail(calls, order_id)

    return step


def _who(actor: Actor) -> TimelineActor:
    return TimelineActor(ActorKind.STAFF, actor.id, actor.name)


def _detail(calls: WorkOrderCalls, order_id: str) -> WorkOrderDetail:
    detail = calls.reader.detail(order_id, calls.clock.now())
    if detail is None:
        raise not_found()
    return detail
