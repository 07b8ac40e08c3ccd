"""What a desk sees of work orders: the list, one with its timeline and call-backs, and the counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from backend.domain.access.sight import WHOLE, Sight
from backend.domain.work_order.model import State
from backend.services.alarm.views import Moment, View

Words = dict[str, str]
"""A text by language: `zh-CN` and `en`."""


class Coded(View):
    """A word and what people call it."""

    code: str
    label: Words


class Named(View):
    """Somebody or something, by id and name."""

    id: str
    name: str


class WorkHome(View):
    """Where to go."""

    id: str
    label: str
    address: str
    landmark: str | None


class WorkProvider(Named):
    """Who does it. `opens_at`: it was closed when it was chosen, and opens then."""

    phone: str | None
    opens_at: Moment | None


class WorkOrderLine(View):
    """A row of the list.

    `deadline_at`: until when the present step should be over; `due_at`: when something happens by itself, for a
    scheduled order when it begins. `overdue`: the present step is late. `supervised_at` (督办) is never taken back.
    """

    id: str
    version: int
    kind: Coded
    state: Coded
    state_since: Moment
    priority: Coded
    origin: Coded
    text: str
    home: WorkHome | None
    resident: Named | None
    alert_id: str | None
    provider: WorkProvider | None
    assignee: Named | None
    created_at: Moment
    deadline_at: Moment | None
    due_at: Moment | None
    overdue: bool
    supervised_at: Moment | None
    held_until: Moment | None
    hold_reason: str | None
    failed_call_backs: int
    reworks: int
    outcome: Coded | None
    rating: int | None
    finished_at: Moment | None
    called_back_at: Moment | None
    closed_at: Moment | None


class WorkOrderPage(View):
    """Orders, supervised first, then by deadline; ended ones newest first. `total`: how many there are."""

    items: list[WorkOrderLine]
    total: int


class WorkActor(View):
    """Who did it."""

    kind: str
    id: str
    name: str


class WorkEntry(View):
    """One line of the timeline. `reason`: a code with its label, or what somebody wrote."""

    id: int
    at: Moment
    kind: Coded
    actor: WorkActor
    source: str
    reason: str
    reason_label: Words | None
    detail: dict[str, Any]


class WorkCall(View):
    """One call-back. `reached`: somebody spoke with the person."""

    at: Moment
    result: Coded
    reached: bool
    caller: WorkActor
    note: str | None


class WorkOrderDetail(WorkOrderLine):
    """One order with what has happened, whom to call (`phones`), and what may be done now."""

    timeline: list[WorkEntry]
    call_backs: list[WorkCall]
    phones: list[str]
    allowed: list[Coded]


class StateCount(Coded):
    """How many stand in a state, how many of them are late."""

    count: int
    overdue: int


class WorkOrderSummary(View):
    """Counts of open orders, and of those ended in the last 30 days."""

    states: list[StateCount]
    open: int
    overdue: int
    supervised: int
    on_hold: int


class WorkOrderWords(View):
    """What forms offer. `taken_by`: in which capacity somebody may take an order of a kind, by kind."""

    kinds: list[Coded]
    priorities: list[Coded]
    outcomes: list[Coded]
    call_results: list[Coded]
    taken_by: dict[str, list[str]]


class Which(StrEnum):
    """Which states a list holds."""

    OPEN = "open"
    ENDED = "ended"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which orders; None where anything will do. `overdue`: late in the present step."""

    which: Which = Which.OPEN
    state: State | None = None
    kind: str | None = None
    provider_id: str | None = None
    assignee_id: str | None = None
    home_id: str | None = None
    alert_id: str | None = None
    overdue: bool | None = None
    supervised: bool | None = None


class WorkOrderReader(Protocol):
    """Reads, never writes."""

    def page(self, wanted: Filter, limit: int, offset: int, now: datetime, sight: Sight = WHOLE) -> WorkOrderPage: ...
    def detail(self, order_id: str, now: datetime) -> WorkOrderDetail | None: ...
    def summary(self, now: datetime, sight: Sight = WHOLE) -> WorkOrderSummary: ...
