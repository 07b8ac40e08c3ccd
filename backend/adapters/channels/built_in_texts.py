"""Which words a notice has where `config/notices/` cannot be used: few, but enough to go by."""

from __future__ import annotations

from typing import Final

from backend.services.notices.labels import KINDS
from backend.services.notices.ports import NoticeKind

_FACTS: Final = (
    "{{ what }} {{ trouble }} {{ who }} {{ place }} {{ outcome }} {{ work }} {{ why }} {{ roster }} {{ gap }}"
)
_ANSWER: Final = {
    "zh-CN": "{% if link %} {{ link }}{% endif %}{% if code %} 回复1 {{ code }}接手，2 {{ code }}不能去{% endif %}",
    "en": "{% if link %} {{ link }}{% endif %}{% if code %} Reply 1 {{ code }}: yes, 2 {{ code }}: no{% endif %}",
}
_CODE: Final = {"zh-CN": "验证码 {{ code }}", "en": "Code {{ code }}"}


def built_in(locale: str) -> dict[NoticeKind, dict[str, str]]:
    """`title`, `short` and `long` of every kind, as templates. `locale`: `zh-CN` or `en`."""
    return {kind: _texts(kind, locale) for kind in NoticeKind}


def _texts(kind: NoticeKind, locale: str) -> dict[str, str]:
    if kind is NoticeKind.VERIFY:
        return dict.fromkeys(("title", "short", "long"), _CODE[locale])
    label = KINDS[kind].zh if locale == "zh-CN" else KINDS[kind].en
    says = f"{label}: {_FACTS}"
    return {
        "title": f"{label}: {{{{ what }}}} {{{{ who }}}} {{{{ place }}}}",
        "short": says + _ANSWER[locale],
        "long": f"{says}\n{{{{ text }}}} {{{{ phone }}}}{_ANSWER[locale]}",
    }
