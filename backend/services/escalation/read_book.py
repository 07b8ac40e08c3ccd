"""How policy files become a book: strict, each error with its file and place, and a digest that an alert can keep."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from typing import Annotated, Any, Final

import msgspec

from backend.domain.escalation.policy import Hours, Match, Needs, Policy, Step
from backend.domain.escalation.targets import (
    Channel,
    ContactRole,
    DutyRole,
    Level,
    ResponderKind,
    Target,
    TargetKind,
)
from contract.vocabulary import EVENT_TYPES, Severity

MOST_STEPS: Final = 30
MOST_FIRINGS: Final = 200
_Seconds = Annotated[int, msgspec.Meta(ge=0, le=86_400)]


class BookRefused(Exception):  # noqa: N818 - a refusal is an answer
    """A policy file cannot be used. The text says which, where, what is wrong and what to do, in both languages."""


class _Match(msgspec.Struct, forbid_unknown_fields=True):
    types: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    hours: Hours = Hours.ANY
    between: tuple[str, str] | None = None
    risks: tuple[str, ...] = ()


class _Needs(msgspec.Struct, forbid_unknown_fields=True):
    operator: Annotated[int, msgspec.Meta(ge=0, le=9)] = 0
    responder: Annotated[int, msgspec.Meta(ge=0, le=9)] = 0
    anyone: Annotated[int, msgspec.Meta(ge=0, le=9)] = 0


class _Target(msgspec.Struct, forbid_unknown_fields=True):
    target: TargetKind
    level: Level = Level.CENTRE
    role: DutyRole = DutyRole.OPERATOR
    responder: ResponderKind | None = None
    contact_roles: tuple[ContactRole, ...] = ()
    channels: tuple[Channel, ...] = ()
    most: Annotated[int, msgspec.Meta(ge=1, le=50)] = 10


class _Step(msgspec.Struct, forbid_unknown_fields=True):
    after_seconds: _Seconds
    notify: Annotated[tuple[_Target, ...], msgspec.Meta(min_length=1, max_length=20)]
    repeats: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    repeat_every: Annotated[int, msgspec.Meta(ge=5, le=86_400)] = 60


class _File(msgspec.Struct, forbid_unknown_fields=True):
    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    title: dict[str, str]
    needs: _Needs
    steps: Annotated[tuple[_Step, ...], msgspec.Meta(min_length=1, max_length=MOST_STEPS)]
    match: _Match = msgspec.field(default_factory=_Match)
    priority: Annotated[int, msgspec.Meta(ge=-999, le=999)] = 0


@dataclass(frozen=True, slots=True)
class Book:
    """Policies as an alert keeps them: `body` is canonical JSON, `digest` its SHA-256 in hexadecimal."""

    digest: str
    body: str
    policies: tuple[Policy, ...]


def read_book(files: Mapping[str, str]) -> Book:
    """The book of TOML texts by file name. Raises `BookRefused` for the first that cannot be used."""
    documents = []
    seen: dict[str, str] = {}
    for name, text in sorted(files.items()):
        document = _document(name, text)
        policy = _policy(name, document)
        if policy.id in seen:
            raise _refused(name, "id", f"“{policy.id}” 已在 {seen[policy.id]} 中使用", f"also in {seen[policy.id]}")
        seen[policy.id] = name
        documents.append(document)
    body = json.dumps(documents, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Book(hashlib.sha256(body.encode()).hexdigest(), body, policies_of(body))


@lru_cache(maxsize=64)
def policies_of(body: str) -> tuple[Policy, ...]:
    """The policies of a book's body."""
    return tuple(_policy("book", document) for document in json.loads(body))


def policies_in(body: str | None) -> tuple[Policy, ...]:
    """As `policies_of`; none where there is no such book, or one that this version cannot read: the built-in serves."""
    try:
        return policies_of(body) if body else ()
    except (BookRefused, ValueError):
        return ()


def _document(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _refused(name, "TOML", str(error), str(error)) from None


def _policy(name: str, document: Mapping[str, Any]) -> Policy:
    try:
        read = msgspec.convert(document, _File)
    except msgspec.ValidationError as error:
        raise _refused(name, "$", str(error), str(error)) from None
    if set(read.title) != {"zh-CN", "en"}:
        raise _refused(name, "title", "须有 zh-CN 与 en 两种语言", "needs zh-CN and en, both")
    unknown = [kind for kind in read.match.types if kind not in EVENT_TYPES]
    if unknown:
        raise _refused(name, "match.types", f"未知的报警类型 {unknown[0]}", f"no event type {unknown[0]}")
    moments = [step.after_seconds for step in read.steps]
    if moments != sorted(moments):
        raise _refused(name, "steps", "after_seconds 须从小到大", "after_seconds must not go down")
    policy = Policy(
        id=read.id,
        title=read.title,
        match=_match(name, read.match),
        needs=Needs(read.needs.operator, read.needs.responder, read.needs.anyone),
        steps=tuple(_step(step) for step in read.steps),
        priority=read.priority,
    )
    if len(policy.schedule) > MOST_FIRINGS:
        raise _refused(name, "repeats", f"重复合计不得超过 {MOST_FIRINGS} 次", f"at most {MOST_FIRINGS} with repeats")
    return policy


def _match(name: str, read: _Match) -> Match:
    between = None
    if read.between is not None:
        try:
            begin, end = (time.fromisoformat(text) for text in read.between)
        except ValueError:
            raise _refused(name, "match.between", '写成 ["22:00", "06:00"]', 'write ["22:00", "06:00"]') from None
        between = (begin, end)
    unknown = set(read.risks) - {"normal", "high"}
    if unknown:
        raise _refused(name, "match.risks", "只能是 normal 或 high", "is normal or high")
    return Match(read.types, read.severities, read.hours, between, read.risks)


def _step(read: _Step) -> Step:
    return Step(read.after_seconds, tuple(_target(each) for each in read.notify), read.repeats, read.repeat_every)


def _target(read: _Target) -> Target:
    return Target(read.target, read.level, read.role, read.responder, read.contact_roles, read.channels, read.most)


def _refused(name: str, place: str, zh: str, en: str) -> BookRefused:
    return BookRefused(f"{name}, {place}: {zh} / {en}")
