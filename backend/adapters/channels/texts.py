"""Which words a notice has: templates of `config/notices/`, sandboxed, checked when they are loaded."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from backend.adapters.channels.built_in_texts import built_in
from backend.adapters.channels.config import ChannelsRefused
from backend.services.notices.delivery_ports import Addressee, Message
from backend.services.notices.ports import NoticeKind
from backend.services.notices.words import WORDS, Wording

LOCALES: Final = ("zh-CN", "en")
MOST_SHORT: Final = 140
MOST_LONG: Final = 1500
_ENVIRONMENT: Final = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
)  # plain text: nothing here is shown by a browser


class _Texts(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`title`: one line. `short`: for a text message. `long`: for everything else."""

    title: str
    short: str
    long: str


@dataclass(frozen=True, slots=True)
class _Templates:
    title: Template
    short: Template
    long: Template


class Texts:
    """`Writer` of notices. A locale that has no texts reads the house's."""

    def __init__(self, folder: Path, wording: Wording, locale: str, refused: list[str] | None = None) -> None:
        """Raises `ChannelsRefused` for a text that is missing, does not parse or asks for what does not exist.

        With `refused` that is written there instead, and the built-in texts of that language are used.
        """
        self._by_locale = {name: _read_or_built_in(folder / f"{name}.toml", name, refused) for name in LOCALES}
        self._wording = wording
        self._locale = locale

    def write(self, to: Addressee, link: str, code: str) -> Message:
        """Facts alone; what nobody knows is left out by the template."""
        locale = to.locale if to.locale in self._by_locale else self._locale
        templates = self._by_locale[locale][to.kind]
        words = self._wording.words(to, link, code)
        return Message(
            notice_id=to.notice_id,
            kind=to.kind,
            severity=to.severity,
            locale=locale,
            title=templates.title.render(words).strip(),
            short=templates.short.render(words).strip()[:MOST_SHORT],
            long=templates.long.render(words).strip()[:MOST_LONG],
            params=words,
            link=link,
            code=code,
        )


def _read_or_built_in(path: Path, locale: str, refused: list[str] | None) -> Mapping[NoticeKind, _Templates]:
    try:
        return _read(path)
    except ChannelsRefused as error:
        if refused is None:
            raise
        refused.append(str(error))
        return {kind: _compile(path, kind, _Texts(**texts)) for kind, texts in built_in(locale).items()}


def _read(path: Path) -> Mapping[NoticeKind, _Templates]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        found = msgspec.convert(raw, dict[NoticeKind, _Texts], strict=True)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ChannelsRefused(f"{path}：文本有误：{error} / {path}: wrong texts: {error}") from None
    missing = [str(kind) for kind in NoticeKind if kind not in found]
    if missing:
        raise ChannelsRefused(f"{path}：缺少 [{missing[0]}] / {path}: [{missing[0]}] is missing")
    return {kind: _compile(path, kind, texts) for kind, texts in found.items()}


def _compile(path: Path, kind: NoticeKind, texts: _Texts) -> _Templates:
    sources = {"title": texts.title, "short": texts.short, "long": texts.long}
    return _Templates(**{name: _template(path, f"{kind}.{name}", source) for name, source in sources.items()})


def _template(path: Path, place: str, source: str) -> Template:
    try:
        unknown = meta.find_undeclared_variables(_ENVIRONMENT.parse(source)) - set(WORDS)
        template = _ENVIRONMENT.from_string(source)
        template.render(dict.fromkeys(WORDS, ""))
    except (TemplateError, TypeError, ArithmeticError) as error:
        raise ChannelsRefused(f"{path}：{place}：{error} / {path}: {place}: {error}") from None
    if unknown:
        name, known = min(unknown), ", ".join(WORDS)
        raise ChannelsRefused(
            f"{path}：{place}：没有 {name}；可用：{known} / {path}: {place}: there is no {name}; use one of {known}"
        )
    return template
