"""How a message fills a template that a text-message provider has approved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from backend.services.notices.delivery_ports import Message

MOST_CHARACTERS: Final = 35
"""What both providers allow for one variable of a notice."""


@dataclass(frozen=True, slots=True)
class SmsTemplate:
    """`code`: the provider's id. `params`: names of facts, in the template's order."""

    code: str
    params: tuple[str, ...]


def values(template: SmsTemplate, message: Message) -> dict[str, str]:
    """The facts in the template's order; one that is not known is a dash, for providers refuse an empty one."""
    return {name: _shortened(message.params.get(name, "")) for name in template.params}


def _shortened(value: str) -> str:
    return f"{value[: MOST_CHARACTERS - 1]}…" if len(value) > MOST_CHARACTERS else value or "-"
