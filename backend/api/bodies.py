"""How strict a request is: the right types, no further fields, no NaN and no infinity."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

from contract.times import format_time

ONE_LINE: Final = r"^[^\x00-\x1f\x7f]*$"
"""Pattern of a text without control characters: PostgreSQL cannot store a NUL, and no name has a line break."""


class Body(BaseModel):
    """What a caller sends. Strict, so an enumeration is a `Literal` here: a StrEnum refuses the plain text of JSON."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)


class Answer(BaseModel):
    """What a caller gets; moments are RFC 3339, UTC."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Moment = Annotated[
    datetime,
    PlainSerializer(format_time, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment in an answer: RFC 3339, UTC, milliseconds."""
