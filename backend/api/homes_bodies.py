"""What is sent about homes, the people who live there and those whom they may call."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from backend.api.bodies import Body
from backend.api.device_request import Ability, Code, Entry, Id, Line, Long, Name, Phone, Short
from backend.api.roster_bodies import Day, When, Windows

Year = Annotated[int, Field(ge=1890, le=2100)]
Role = Literal["key_holder", "decision_maker", "inform_only", "never"]
Status = Literal["at_home", "hospital", "away", "moved", "deceased"]
Minutes = Annotated[int, Field(ge=0, le=1440)]


class _Sent(Body):
    def sent(self) -> dict[str, Any]:
        """Only what the caller wrote; an explicit null takes a value away."""
        return {name: getattr(self, name) for name in sorted(self.model_fields_set)}


class _HomeFields(_Sent):
    landmark: Line | None = None
    entry: Entry | None = None
    phone: Phone | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    hazards: Annotated[list[Code], Field(max_length=10)] | None = None
    key_kind: Literal["neighbour", "code", "none"] | None = None
    address_since: Day | None = None
    confirmed_on: Day | None = None

    def sent(self) -> dict[str, Any]:
        fields = super().sent()
        if fields.get("hazards") is not None:
            fields["hazards"] = tuple(fields["hazards"])
        return fields


class NewHomeBody(_HomeFields):
    """`entry`: how to get in. `confirmed_on`: when somebody saw that the address is right."""

    label: Name
    address: Line


class HomeChangeBody(_HomeFields):
    """Only what is to change. With another `address` or `landmark` the former one is kept with its days."""

    label: Name = ""
    address: Line = ""


class _PersonFields(_Sent):
    birth_year: Year | None = None
    lives_alone: bool = False
    dialect: Short | None = None
    hearing: Ability = "normal"
    speech: Ability = "normal"
    cognition: Ability = "normal"
    conditions: Long | None = None
    medicines: Long | None = None
    phone: Phone | None = None
    risk: Literal["normal", "high"] = "normal"
    status: Status = "at_home"
    away_until: When | None = None


class NewResidentBody(_PersonFields):
    """Somebody who lives in the home."""

    name: Name


class ResidentChangeBody(_PersonFields):
    """Only what is to change. `away_until` goes with status `away`: past it somebody calls and asks."""

    name: Name = ""


class _ContactFields(_Sent):
    minutes_away: Minutes | None = None
    hours: Windows | None = None
    proved_on: Day | None = None
    position: Annotated[int, Field(ge=1, le=100)] = 100


class NewContactBody(_ContactFields):
    """`position`: before whoever has it now, by default the last. `hours`: when they can be reached, null always."""

    name: Name
    relation: Short
    phone: Phone
    role: Role


class ContactChangeBody(_ContactFields):
    """Only what is to change. Another `phone` is not proved any more."""

    name: Name = ""
    relation: Short = ""
    phone: Phone = ""
    role: Role = "inform_only"


class ContactOrder(Body):
    """Every contact of the home, once each: the first is called first."""

    order: Annotated[list[Id], Field(max_length=100)]
