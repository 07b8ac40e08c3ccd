"""How a work order stands in its rows, and how it comes back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping

from backend.adapters.db.work_order import work_orders
from backend.domain.work_order.model import (
    Assignee,
    CallBack,
    Entry,
    Order,
    OrderId,
    Origin,
    Outcome,
    Priority,
    State,
)

_SAME = tuple(
    column.name
    for column in work_orders.c
    if column.name not in ("id", "state", "priority", "origin", "outcome", "assignee_id", "assignee_name")
)
"""Columns that are the field of the same name, as it is."""


def order_row(order: Order) -> dict[str, Any]:
    """The columns of an order."""
    return {name: getattr(order, name) for name in _SAME} | {
        "id": order.id,
        "state": str(order.state),
        "priority": order.priority.rank,
        "origin": str(order.origin),
        "outcome": str(order.outcome) if order.outcome is not None else None,
        "assignee_id": order.assignee.id if order.assignee is not None else None,
        "assignee_name": order.assignee.name if order.assignee is not None else None,
    }


def to_order(row: RowMapping) -> Order:
    """The order of a row."""
    return Order(
        **{name: row[name] for name in _SAME},
        id=OrderId(row["id"]),
        state=State(row["state"]),
        priority=list(Priority)[row["priority"]],
        origin=Origin(row["origin"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] is not None else None,
        assignee=Assignee(row["assignee_id"], row["assignee_name"]) if row["assignee_id"] is not None else None,
    )


def entry_row(order_id: str, entry: Entry) -> dict[str, Any]:
    """The columns of a timeline's line."""
    return {
        "work_order_id": order_id,
        "at": entry.at,
        "kind": str(entry.kind),
        "actor_kind": str(entry.actor.kind),
        "actor_id": entry.actor.id,
        "actor_name": entry.actor.name,
        "source": entry.source,
        "reason": entry.reason,
        "detail": dict(entry.detail),
    }


def call_back_row(order_id: str, call: CallBack) -> dict[str, Any]:
    """The columns of a call-back."""
    return {
        "work_order_id": order_id,
        "at": call.at,
        "result": str(call.result),
        "caller_kind": str(call.caller.kind),
        "caller_id": call.caller.id,
        "caller_name": call.caller.name,
        "note": call.note,
    }
