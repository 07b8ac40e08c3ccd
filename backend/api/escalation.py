"""What escalation does for an alert, and which policies are in force."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter

from backend.api.bodies import Answer
from backend.api.problems import Problem
from backend.services.escalation.show_run import RunView
from contract.vocabulary import Label


class PolicyLine(Answer):
    """A policy in force, in the order in which they are asked."""

    id: str
    title: dict[str, str]
    priority: int
    types: list[str]
    severities: list[str]
    hours: str
    risks: list[str]
    steps: int


class PolicyBook(Answer):
    """`digest`: what new alerts keep. `refused`: why the files as they are now are not in force, else None."""

    digest: str | None
    refused: str | None
    policies: list[PolicyLine]


def router(show: Callable[[str], RunView | None], book: Callable[[], PolicyBook]) -> APIRouter:
    """`/alerts/{id}/escalation` and `/escalation/policies` of the staff API."""
    api = APIRouter(tags=["escalation"])

    @api.get("/alerts/{alert_id}/escalation")
    def show_escalation(alert_id: str) -> RunView:
        """What was tried, with what result, what comes next and in how many seconds."""
        found = show(alert_id)
        if found is None:
            raise Problem(404, "not_found", Label("没有这条警情的升级记录", "No escalation of such an alert"))
        return found

    @api.get("/escalation/policies")
    def list_policies() -> PolicyBook:
        """The policies that new alerts get."""
        return book()

    return api
