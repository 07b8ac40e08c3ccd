"""How `config/work_orders.toml` is read: strictly, with the place and what to do about each fault."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

import msgspec

from backend.domain.work_order.model import Priority, Taker
from backend.domain.work_order.rules import OWN_KINDS, TIMED_STATES, Book, KindRules
from contract.vocabulary import Label

FILE_NAME: Final = "work_orders.toml"
_KIND: Final = r"^[a-z][a-z0-9_]{0,31}$"
_Line = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]{1,60}$")]
_Minutes = Annotated[int, msgspec.Meta(ge=1, le=60 * 24 * 60)]


class BadWorkOrders(Exception):  # noqa: N818 - said to whoever wrote the file
    """A file that cannot be used; the message says where and what to do."""


class _Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: _Line
    en: _Line


class _Spans(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    registered: _Minutes
    assigned: _Minutes
    in_progress: _Minutes
    finished: _Minutes
    called_back: _Minutes
    rated: _Minutes


class _Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    label: _Text
    priority: Priority
    taken_by: Annotated[list[Taker], msgspec.Meta(min_length=1)]
    minutes: _Spans
    by_phone: bool = False


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kinds: dict[Annotated[str, msgspec.Meta(pattern=_KIND)], _Kind]


def load_work_orders(path: Path) -> Book:
    """The book in `path`. Raises `BadWorkOrders`, also where there is no such file."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadWorkOrders(f"{path}: {error.strerror}; take the shipped file") from None
    return read_work_orders(path.name, content)


def read_work_orders(name: str, content: bytes) -> Book:
    """The book in a file called `name`. Raises `BadWorkOrders`."""
    try:
        file = msgspec.toml.decode(content, type=_File)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadWorkOrders(f"{name}: {error}; correct it, or take the shipped file") from None
    faults = list(_faults(file))
    if faults:
        raise BadWorkOrders("\n".join(f"{name}: {fault}" for fault in faults))
    return Book({kind: _rules(kind, text) for kind, text in file.kinds.items()})


def _faults(file: _File) -> Iterator[str]:
    for kind in OWN_KINDS:
        if kind not in file.kinds:
            yield f"kinds: {kind!r} is missing; the platform makes orders of it, so copy it from the shipped file"


def _rules(kind: str, text: _Kind) -> KindRules:
    spans = {state: timedelta(minutes=getattr(text.minutes, state)) for state in TIMED_STATES}
    return KindRules(
        kind, Label(text.label.zh, text.label.en), text.priority, spans, frozenset(text.taken_by), text.by_phone
    )
