"""How the scripts are read from `config/scripts/*.toml`: strictly, with the file, the place and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Final

import msgspec

from backend.domain.script.model import DEFAULT, UNLISTED, Book, Condition, Evidence, Script, Silence, Step, StepKind
from contract.vocabulary import EVENT_TYPES, OUTCOME_CODES, Label

MAX_STEPS: Final = 30
_Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
_Line = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]{1,120}$")]
_Hint = Annotated[str, msgspec.Meta(max_length=600)]


class BadScript(Exception):  # noqa: N818 - said to whoever wrote the file
    """A file of scripts that cannot be used; the message says where and what to do."""


class _Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: _Line
    en: _Line


class _HintText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: _Hint = ""
    en: _Hint = ""


class _When(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    high_risk: bool | None = None
    can_speak: bool | None = None
    silence: Silence = Silence.NONE
    outcomes: list[str] = []


class _Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: _Id
    kind: StepKind
    label: _Text
    hint: _HintText = _HintText()
    mandatory: bool = False
    when: _When = _When()
    fulfilled_by: list[Evidence] = []


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: _Id
    label: _Text
    types: Annotated[list[str], msgspec.Meta(min_length=1)]
    steps: Annotated[list[_Step], msgspec.Meta(min_length=1, max_length=MAX_STEPS)]


def load_scripts(folder: Path) -> Book:
    """Every script of the folder. Raises `BadScript`, naming all faults that were found."""
    faults: list[str] = []
    found: list[tuple[str, Script]] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append((path.name, read_script(path.name, path.read_bytes())))
        except BadScript as bad:
            faults.append(str(bad))
    faults += _collisions(found)
    scripts = {kind: script for _, script in found for kind in script.types}
    if DEFAULT not in scripts:
        faults.append(f'{folder}: no script has types = ["{DEFAULT}"]; write one for alarms without a script')
    if faults:
        raise BadScript("\n".join(faults))
    return Book(scripts)


def read_script(name: str, content: bytes) -> Script:
    """The script in a file called `name`. Raises `BadScript`."""
    try:
        file = msgspec.toml.decode(content, type=_File)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadScript(f"{name}: {error}; correct it, or take the shipped file") from None
    faults = list(_faults(file))
    if faults:
        raise BadScript("\n".join(f"{name}: {fault}" for fault in faults))
    return Script(file.id, _label(file.label), tuple(file.types), tuple(_step(step) for step in file.steps))


def _faults(file: _File) -> Iterator[str]:
    known = {*EVENT_TYPES, DEFAULT, UNLISTED}
    for kind in file.types:
        if kind not in known:
            yield f"types: no event type {kind!r}; one of the vocabulary, {DEFAULT!r} or {UNLISTED!r}"
    for double in _doubles(step.id for step in file.steps):
        yield f"steps: two have the id {double!r}; give one another id"
    for step in file.steps:
        for code in step.when.outcomes:
            if code not in OUTCOME_CODES:
                yield f"step {step.id!r}, when.outcomes: no outcome {code!r}; one of {', '.join(sorted(OUTCOME_CODES))}"


def _collisions(found: Iterable[tuple[str, Script]]) -> Iterator[str]:
    named = list(found)
    for double in _doubles(script.id for _, script in named):
        yield f"{_holders(named, double)}: the same id {double!r}; give one another id"
    for double in _doubles(kind for _, script in named for kind in script.types):
        yield f"{_holders(named, double)}: both are for {double!r}; take it out of one"


def _holders(found: Iterable[tuple[str, Script]], what: str) -> str:
    return ", ".join(name for name, script in found if what == script.id or what in script.types)


def _doubles(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _label(text: _Text | _HintText) -> Label:
    return Label(text.zh, text.en)


def _step(step: _Step) -> Step:
    when = step.when
    return Step(
        id=step.id,
        kind=step.kind,
        label=_label(step.label),
        hint=_label(step.hint),
        mandatory=step.mandatory,
        when=Condition(when.high_risk, when.can_speak, when.silence, frozenset(when.outcomes)),
        fulfilled_by=frozenset(step.fulfilled_by),
    )
