"""What a request about a work order looks like."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from backend.api.bodies import Body
from contract.times import is_plausible, parse_time

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
Id = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$")]
Kind = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[a-z][a-z0-9_]*$")]


def _moment(value: Any) -> Any:
    # A strict model refuses the text of JSON for a moment.
    moment = parse_time(value) if isinstance(value, str) else None
    if moment is None or not is_plausible(moment):
        raise ValueError("a moment as RFC 3339 writes it, 1970 to 2199")
    return moment


When = Annotated[datetime, BeforeValidator(_moment)]


class NewOrderBody(Body):
    """`begins_at`: nothing is asked of anybody before. `provider_id` absent: the nearest that is open."""

    kind: Kind
    text: Text
    home_id: Id | None = None
    resident_id: Id | None = None
    alert_id: Id | None = None
    begins_at: When | None = None
    provider_id: Id | None = None
    priority: Literal["urgent", "high", "normal", "low"] | None = None


class AssignBody(Body):
    """To an organisation, to one of the people who can be called out, or both."""

    provider_id: Id | None = None
    assignee_id: Id | None = None
    text: Text | None = None

    @model_validator(mode="after")
    def _to_somebody(self) -> AssignBody:
        if self.provider_id is None and self.assignee_id is None:
            raise ValueError("provider_id or assignee_id")
        return self


class RemarkBody(Body):
    """A remark that goes with the step."""

    text: Text | None = None


class FinishBody(RemarkBody):
    """What became of the work."""

    outcome: Literal["done", "partly_done", "not_needed", "not_possible", "referred"]


class CallBackBody(RemarkBody):
    """What the call came to; it counts as made now."""

    result: Literal["satisfied", "dissatisfied", "unresolved", "no_answer", "unreachable", "wrong_number"]


class RateBody(RemarkBody):
    """5 is best."""

    rating: int = Field(ge=1, le=5)


class ReasonBody(Body):
    """Why."""

    text: Text


class HoldBody(ReasonBody):
    """`until`: the order goes on by itself then, at most 30 days from now."""

    until: When
