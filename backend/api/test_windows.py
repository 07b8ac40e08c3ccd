"""A technician's test windows, and confirming that a press was a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import Field

from backend.api.access import Sees
from backend.api.bodies import Answer, Body, Moment
from backend.api.device_request import Key
from backend.api.homes import said
from backend.api.problems import Problem
from backend.api.security import CurrentActor
from backend.domain.alert import model
from backend.domain.alert.testing import LONGEST, Unconfirmed
from backend.services.alarm.act import Acted
from backend.services.alarm.confirm_test import ConfirmTest
from backend.services.registry.test_window import EndTestWindow, OpenedWindow, OpenTestWindow, WindowStore
from contract.vocabulary import Label

MINUTES: Final = int(LONGEST.total_seconds() // 60)
_REFUSED: Final[dict[Unconfirmed, tuple[Label, Label]]] = {
    Unconfirmed.NOT_A_TEST: (
        Label("这不是测试，或已成为真实报警", "Not a test, or real by now"),
        Label("请在警报台按真实报警处理。", "It is handled at the desk as any alarm."),
    ),
    Unconfirmed.TOO_LATE: (
        Label("超过 60 秒未确认，已按真实报警处理", "Not confirmed within 60 s: it is real"),
        Label("请打电话告诉坐席这是测试。", "Ring the desk and tell them that it was a test."),
    ),
    Unconfirmed.PRESSED_AGAIN: (
        Label("又有人按过，可能不是测试", "Pressed again: it may not be a test"),
        Label(
            "请看清按了几次、是哪个发射器；确实都是您按的，请写明次数 presses 再确认。",
            "Look how often and by which transmitter; where all were yours, confirm with that number as presses.",
        ),
    ),
    Unconfirmed.TAKEN: (
        Label("坐席已接警，由坐席结案", "Somebody at the desk has it: they close it"),
        Label("请打电话告诉坐席这是测试。", "Ring the desk and tell them that it was a test."),
    ),
    Unconfirmed.NOT_YOURS: (
        Label("只有打开测试时段的人可以确认", "Only who opened the window can confirm"),
        Label("未确认的测试 60 秒后按真实报警处理。", "A test that is not confirmed is real after 60 s."),
    ),
}


class NewWindow(Body):
    """For how long the device is tried."""

    device_id: Annotated[str, Field(min_length=1, max_length=63)]
    minutes: Annotated[int, Field(ge=1, le=MINUTES)]


class OwnPresses(Body):
    """How many presses of the alert were the technician's own; one that is not counted keeps it open."""

    presses: Annotated[int, Field(ge=1, le=10_000)] = 1


class WindowView(Answer):
    """Presses of the device before `until` are silent, and real after 60 s unless `opened_by` confirms them."""

    id: str
    device_id: str
    home_id: str | None
    opened_by: str
    opened_by_name: str
    opened_at: Moment
    until: Moment
    ended_at: Moment | None


class WindowPage(Answer):
    """Those that are open now, the next to end first."""

    items: list[WindowView]


@dataclass(frozen=True, slots=True)
class WindowCalls:
    """What the router needs."""

    open: OpenTestWindow
    end: EndTestWindow
    confirm: ConfirmTest
    store: WindowStore
    now: Callable[[], datetime]


def router(calls: WindowCalls) -> APIRouter:
    """`/test-windows`, and `confirm-test` of an alert."""
    api = APIRouter(tags=["test windows"])

    @api.get("/test-windows")
    def list_windows(sight: Sees) -> WindowPage:
        """What is being tried now, and by whom."""
        return WindowPage(items=[_view(window) for window in calls.store.windows(calls.now(), sight)])

    @api.post("/test-windows", status_code=201)
    def open_window(body: NewWindow, actor: CurrentActor, key: Key = None) -> WindowView:
        """From now on, for at most 30 minutes. The same Idempotency-Key: the same window."""
        return _view(said(lambda: calls.open(body.device_id, body.minutes, actor, key)))

    @api.delete("/test-windows/{window_id}", status_code=204)
    def end_window(window_id: str, actor: CurrentActor) -> None:
        """The next press is real."""
        said(lambda: calls.end(window_id, actor))

    @api.post("/alerts/{alert_id}/confirm-test", status_code=204)
    def confirm(alert_id: str, actor: CurrentActor, body: OwnPresses | None = None) -> None:
        """It was a test: the alert is closed. Within 60 s of the press, by who opened the window."""
        presses = body.presses if body is not None else 1
        became = calls.confirm(alert_id, model.Actor(model.ActorKind.STAFF, actor.id, actor.name), presses)
        if became is Acted.NOT_FOUND:
            raise Problem(404, "not_found", Label("没有这条警情", "No such alert"))
        if isinstance(became, Unconfirmed):
            raise Problem(409, became, *_REFUSED[became])

    return api


def _view(window: OpenedWindow) -> WindowView:
    return WindowView(**{name: getattr(window, name) for name in WindowView.model_fields})
