"""What a request is about: a field that carries one of these names, wherever it stands, names such a thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final


class Kind(StrEnum):
    """What an id can name. Each belongs to an organisation, by itself or by what it hangs on."""

    ALERT = "alert"
    ASSIGNEE = "assignee"
    """A person who is called out, or an account."""
    CALL = "call"
    CONTACT = "contact"
    CONTACT_POINT = "contact_point"
    DEVICE = "device"
    FEED = "feed"
    HOME = "home"
    INCOMING = "incoming"
    KEY_USE = "key_use"
    NOTICE = "notice"
    ORGANISATION = "organisation"
    PERSON = "person"
    RESIDENT = "resident"
    ROSTER = "roster"
    SCRIPT_MARK = "script_mark"
    STAFF = "staff"
    VILLAGE = "village"
    WORK_ORDER = "work_order"


BY_FIELD: Final[Mapping[str, Kind]] = {
    "alert_id": Kind.ALERT,
    "alert": Kind.ALERT,
    "assignee_id": Kind.ASSIGNEE,
    "assignee": Kind.ASSIGNEE,
    "call_id": Kind.CALL,
    "contact_id": Kind.CONTACT,
    "contact_point_id": Kind.CONTACT_POINT,
    "point_id": Kind.CONTACT_POINT,
    "device_id": Kind.DEVICE,
    "feed_id": Kind.FEED,
    "home_id": Kind.HOME,
    "home": Kind.HOME,
    "incoming_id": Kind.INCOMING,
    "use_id": Kind.KEY_USE,
    "notice_id": Kind.NOTICE,
    "desk": Kind.ORGANISATION,
    "new_device_id": Kind.DEVICE,
    "night_organisation_id": Kind.ORGANISATION,
    "organisation": Kind.ORGANISATION,
    "organisation_id": Kind.ORGANISATION,
    "parent_id": Kind.ORGANISATION,
    "provider": Kind.ORGANISATION,
    "provider_id": Kind.ORGANISATION,
    "town_id": Kind.ORGANISATION,
    "participants": Kind.PERSON,
    "people": Kind.PERSON,
    "person_id": Kind.PERSON,
    "replaced_id": Kind.PERSON,
    "resident_id": Kind.RESIDENT,
    "roster_id": Kind.ROSTER,
    "mark_id": Kind.SCRIPT_MARK,
    "staff_id": Kind.STAFF,
    "village_id": Kind.VILLAGE,
    "order_id": Kind.WORK_ORDER,
}
"""A new field that ends in `_id` stands here or in `FREE`: a test walks the whole description of the API."""

FREE: Final = frozenset(
    {
        # Looked up together with what stands beside it in the path, and found only there.
        "assignment_id",
        "override_id",
        # Of a technician's test: to end one makes the next press real, whoever does it.
        "window_id",
        # Who did something, in the audit log's filter: its reader shows what staff of the subtree have done.
        "actor_id",
        # Of one's own alone; of the caller's subtree alone.
        "session_id",
        "token_id",
    }
)
"""Names that need no look of their own."""

OWNERS: Final[Mapping[str, Kind]] = {
    "person": Kind.PERSON,
    "contact": Kind.CONTACT,
    "organisation": Kind.ORGANISATION,
}
"""What `owner_id` names, by the `owner_kind` beside it."""

Named = Mapping[Kind, frozenset[str]]


Fields = Mapping[str, Kind | None]
"""What fields name in one call only; None: nothing."""


def named(*parts: Any, also: Fields | None = None) -> Named:
    """Every id in `parts` (path, query, body: mappings and lists, nested), by kind.

    `also`: see `Fields`. A value that is no text names nothing: the request's own check
    refuses it.
    """
    found: dict[Kind, set[str]] = defaultdict(set)
    for part in parts:
        for kind, value in _walk(part, also or {}):
            found[kind].add(value)
    return {kind: frozenset(values) for kind, values in found.items()}


def _walk(top: Any, also: Fields) -> Iterator[tuple[Kind, str]]:
    # Not by recursion: a body may be nested as deep as its length allows.
    waiting = [top]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            for name, value in part.items():
                yield from ((kind, text) for kind in _kinds(part, name, also) for text in _texts(value))
                if isinstance(value, (Mapping, list)):
                    waiting.append(value)
        elif isinstance(part, list):
            waiting.extend(each for each in part if isinstance(each, (Mapping, list)))


def _kinds(part: Mapping[str, Any], name: str, also: Fields) -> Iterator[Kind]:
    """One at most; several only where a query says several times of which kind an owner is."""
    if name == "owner_id":
        yield from (OWNERS[each] for each in _texts(part.get("owner_kind")) if each in OWNERS)
        return
    kind = also[name] if name in also else BY_FIELD.get(name)
    if kind is not None:
        yield kind


def _texts(value: Any) -> Iterator[str]:
    values = value if isinstance(value, list) else [value]
    yield from (each for each in values if isinstance(each, str))
