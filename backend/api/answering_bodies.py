"""What the desk's answering calls take and give."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from backend.api.answering_state import NOTE, StepName
from backend.api.bodies import ONE_LINE, Answer, Body
from backend.services.answering.views import AssignmentView, KeyUseView, ReplyView, ResponderView

Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class SendBody(Body):
    """Whom to send: one of the two."""

    person_id: Id | None = None
    contact_id: Id | None = None

    @model_validator(mode="after")
    def _one(self) -> SendBody:
        if (self.person_id is None) == (self.contact_id is None):
            raise ValueError("person_id or contact_id, one of the two")
        return self


class DeskStepBody(Body):
    """What somebody said on the phone."""

    step: StepName
    minutes: int | None = Field(default=None, ge=1, le=600)
    outcome: Annotated[str, StringConstraints(max_length=32)] | None = None
    note: Annotated[str, StringConstraints(max_length=NOTE, pattern=r"^[^\x00]*$")] | None = None
    key: Annotated[str, StringConstraints(max_length=16)] | None = None


class KeyBody(Body):
    """Who used which key."""

    who: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128, pattern=ONE_LINE)]
    kind: Literal["neighbour", "code", "own"]


class Assignments(Answer):
    """Of one alert, the oldest first."""

    items: list[AssignmentView]


class Responders(Answer):
    """Who could go, the nearest first; `nobody`: why there is none."""

    items: list[ResponderView]
    nobody: str | None


class KeyUses(Answer):
    """Of one home, the latest first."""

    items: list[KeyUseView]


class Replies(Answer):
    """The latest first."""

    items: list[ReplyView]


class ReplyAddress(Answer):
    """Where a provider brings replies. The address is a secret."""

    provider: str
    url: str


class ReplyAddresses(Answer):
    """One per provider."""

    items: list[ReplyAddress]


class Labelled(Answer):
    """A code with its words."""

    code: str
    label: dict[str, str]


class AnswerVocabulary(Answer):
    """The words for what responders say."""

    outcomes: list[Labelled]
    keys: list[Labelled]
