"""How what names a person is replaced wherever it stands in a text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

SHORTEST: Final = 2
"""One character stands in too many words."""


def replaced(value: Any, names: Iterable[str], pseudonym: str) -> Any:
    """`value`, text or JSON, with every one of `names` replaced; the longest first, so that none leaves half behind."""
    ordered = sorted({name for name in names if len(name) >= SHORTEST}, key=len, reverse=True)
    return _replaced(value, ordered, pseudonym)


def _replaced(value: Any, ordered: list[str], pseudonym: str) -> Any:
    if isinstance(value, str):
        for name in ordered:
            value = value.replace(name, pseudonym)
        return value
    if isinstance(value, dict):
        return {key: _replaced(one, ordered, pseudonym) for key, one in value.items()}
    if isinstance(value, list):
        return [_replaced(one, ordered, pseudonym) for one in value]
    return value
