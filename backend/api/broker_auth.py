"""What an EMQX is answered that asks the platform who may log in and reach which topic (its HTTP authentication).

Whatever is not allowed is `deny`, never `ignore`: EMQX would go on to its next rule, and let in whom that one lets in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from backend.api import problems
from backend.api.bodies import Answer
from backend.services.broker_access.answer_broker import AnswerBroker, Verdict
from backend.services.broker_access.rules import Action

THREADS: Final = 4
"""Threads of their own: no storm of log-ins takes those on which presses are stored."""
MOST_WAITING: Final = 500
"""EMQX asks on 8 connections with 100 requests each at most; who is told 503 is refused and comes again."""
LONGEST: Final = 1024
Count = Callable[[str, str], None]
"""(call, verdict) of each answer."""


class _Asked(BaseModel):
    """What EMQX fills in; an operator's template may send more."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, str_max_length=LONGEST)


class LogInAsked(_Asked):
    """`{"username":"${username}","password":"${password}","clientid":"${clientid}"}`."""

    username: str
    password: str
    clientid: str


class TopicAsked(_Asked):
    """`{"username":"${username}","action":"${action}","topic":"${topic}"}`."""

    username: str
    action: Literal["publish", "subscribe"]
    topic: str


class LogInAnswered(Answer):
    """EMQX's form. Nobody is a superuser: that would be above every rule."""

    result: Literal["allow", "deny"]
    is_superuser: Literal[False] = False


class TopicAnswered(Answer):
    """EMQX's form."""

    result: Literal["allow", "deny"]


@dataclass(slots=True)
class _Turns:
    """How many answers are being made; one more than `MOST_WAITING` is turned away at once."""

    limiter: CapacityLimiter
    waiting: int = 0

    async def run(self, ask: Callable[[], Verdict]) -> Verdict:
        if self.waiting >= MOST_WAITING:
            raise problems.unavailable()
        self.waiting += 1
        try:
            return await to_thread.run_sync(ask, limiter=self.limiter)
        finally:
            self.waiting -= 1


def router(answer: AnswerBroker, count: Count) -> APIRouter:
    """`/broker/v1`."""
    turns = _Turns(CapacityLimiter(THREADS))
    api = APIRouter(prefix="/broker/v1", tags=["broker"])

    @api.post("/authenticate")
    async def authenticate(body: LogInAsked) -> LogInAnswered:
        """Whether this client may log in: name and secret are right, and its client id is its name."""
        verdict = await turns.run(lambda: answer.log_in(body.username, body.password, body.clientid))
        count("authenticate", verdict)
        return LogInAnswered(result=_result(verdict))

    @api.post("/authorize")
    async def authorize(body: TopicAsked) -> TopicAnswered:
        """Whether this client may publish on this topic, or subscribe to this filter."""
        verdict = await turns.run(lambda: answer.reach(body.username, Action(body.action), body.topic))
        count("authorize", verdict)
        return TopicAnswered(result=_result(verdict))

    return api


def _result(verdict: Verdict) -> Literal["allow", "deny"]:
    return "allow" if verdict is Verdict.ALLOWED else "deny"
