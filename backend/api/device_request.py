"""What a request to enrol devices looks like, and how it becomes one of the registry's own."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import Header
from pydantic import Field

from backend.api.bodies import ONE_LINE, Body
from backend.api.problems import Problem
from backend.services.registry.ports import Contact, Home, Resident
from backend.services.registry.request import EnrolRefusal, EnrolRefused, NewDevice
from contract.vocabulary import Label

Name = Annotated[str, Field(min_length=1, max_length=128, pattern=ONE_LINE)]
Short = Annotated[str, Field(min_length=1, max_length=64, pattern=ONE_LINE)]
Line = Annotated[str, Field(min_length=1, max_length=256, pattern=ONE_LINE)]
Entry = Annotated[str, Field(min_length=1, max_length=512, pattern=r"^[^\x00]*$")]
Long = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
Phone = Annotated[str, Field(min_length=2, max_length=32, pattern=r"^\+?[0-9][0-9 ()-]*$")]
Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
Code = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[a-z][a-z0-9_]*$")]
Reason = Annotated[str, Field(min_length=1, max_length=256, pattern=ONE_LINE)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=128, pattern=r"^[\x20-\x7e]+$")]
Ability = Literal["normal", "impaired", "none"]


class NewResident(Body):
    """Somebody who lives there; `id` is made by the platform where it is absent."""

    id: Id | None = None
    name: Name
    birth_year: Annotated[int, Field(ge=1890, le=2100)] | None = None
    lives_alone: bool = False
    dialect: Short | None = None
    hearing: Ability = "normal"
    speech: Ability = "normal"
    cognition: Ability = "normal"
    conditions: Long | None = None
    medicines: Long | None = None
    status: Literal["at_home", "hospital", "away", "moved", "deceased"] = "at_home"
    phone: Phone | None = None


class NewContact(Body):
    """Somebody to call; `position` 1 is called first, by default the order in the list."""

    id: Id | None = None
    name: Name
    relation: Short
    phone: Phone
    position: Annotated[int, Field(ge=1, le=100)] | None = None
    role: Literal["key_holder", "decision_maker", "inform_only", "never"]
    minutes_away: Annotated[int, Field(ge=0, le=1440)] | None = None


class NewHome(Body):
    """A home that does not exist yet."""

    id: Id | None = None
    label: Name
    address: Line
    landmark: Line | None = None
    entry: Entry | None = None
    phone: Phone | None = None
    residents: list[NewResident] = Field(default_factory=list, max_length=20)
    contacts: list[NewContact] = Field(default_factory=list, max_length=20)


class NewDeviceItem(Body):
    """A device for `home_id`, for a new `home`, for the shelf (`stock`), or for nobody (`lobby`).

    `device_id` is made by the platform where it is absent; with `lobby` it begins with `lobby-`, without it never.
    `rotate`: where the device exists it gets a new secret, and nothing else changes.
    """

    device_id: Annotated[str, Field(max_length=63)] | None = None
    kind: Literal["terminal", "sensor"]
    home_id: Id | None = None
    home: NewHome | None = None
    room: Short | None = None
    lobby: bool = False
    synthetic: bool = False
    rotate: bool = False
    stock: bool = False
    model: Short | None = None
    device_class: Code | None = None
    codec: Code | None = None


class NewDevices(Body):
    """All of them are enrolled, or none."""

    items: Annotated[list[NewDeviceItem], Field(min_length=1, max_length=500)]


def new_device(item: NewDeviceItem) -> NewDevice:
    """The item as the registry's request."""
    return NewDevice(
        kind=item.kind,
        device_id=item.device_id,
        home_id=item.home_id,
        home=_home(item.home, item.synthetic) if item.home else None,
        room=item.room,
        lobby=item.lobby,
        synthetic=item.synthetic,
        rotate=item.rotate,
        stock=item.stock,
        model=item.model,
        device_class=item.device_class,
        codec=item.codec,
    )


def _home(home: NewHome, synthetic: bool) -> Home:
    return Home(
        id=home.id or "",
        label=home.label,
        address=home.address,
        landmark=home.landmark,
        entry=home.entry,
        phone=home.phone,
        synthetic=synthetic,
        residents=tuple(Resident(**{**person.model_dump(), "id": person.id or ""}) for person in home.residents),
        contacts=tuple(_contact(person, number) for number, person in enumerate(home.contacts, start=1)),
    )


def _contact(person: NewContact, number: int) -> Contact:
    return Contact(**{**person.model_dump(), "id": person.id or "", "position": person.position or number})


_TITLES: Final[dict[EnrolRefusal, tuple[int, Label]]] = {
    EnrolRefusal.BAD_DEVICE_ID: (422, Label("设备编号格式不对", "Not a device id")),
    EnrolRefusal.LOBBY_PREFIX_WRONG: (
        422,
        Label("lobby- 开头的编号只用于未登记的终端", "Ids of lobby devices begin with lobby-, and no others"),
    ),
    EnrolRefusal.LOBBY_HAS_HOME: (422, Label("未登记的终端不能有住址", "A lobby device has no home")),
    EnrolRefusal.STOCK_HAS_HOME: (
        422,
        Label("在库设备不能有住址，也不能是未登记终端", "What is on the shelf has no home"),
    ),
    EnrolRefusal.HOME_MISSING: (422, Label("缺少住址", "Say for which home: home_id or home")),
    EnrolRefusal.HOME_NAMED_TWICE: (422, Label("住址给了两次", "Either home_id or home, not both")),
    EnrolRefusal.NAMED_TWICE: (422, Label("同一编号出现两次", "The same id stands twice in the request")),
    EnrolRefusal.UNKNOWN_HOME: (422, Label("没有这个住址", "No such home")),
    EnrolRefusal.DEVICE_EXISTS: (409, Label("设备已登记", "The device is enrolled already")),
    EnrolRefusal.HOME_EXISTS: (409, Label("住址已存在", "The home exists already: name it by home_id")),
    EnrolRefusal.DEVICE_REVOKED: (409, Label("设备已停用", "The device has been revoked")),
    EnrolRefusal.KEY_REUSED: (
        409,
        Label("幂等键已用于另一请求", "The Idempotency-Key was used for another request"),
    ),
    EnrolRefusal.CONFLICT: (409, Label("与另一请求冲突", "Another request made one of these ids: try again")),
}


def enrol_refused(refused: EnrolRefused) -> Problem:
    """How a refusal of enrolment is said."""
    status, title = _TITLES[refused.reason]
    detail = Label(f"未登记任何设备：{'、'.join(refused.ids)}", f"Nothing was enrolled: {', '.join(refused.ids)}")
    extras: dict[str, object] = {"ids": list(refused.ids)}
    if refused.index is not None:
        extras["index"] = refused.index
    return Problem(status, refused.reason, title, detail if refused.ids else None, extras=extras)
