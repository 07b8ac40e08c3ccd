"""Which text a spreadsheet would take for a formula, and how it is kept from that and found again."""

from __future__ import annotations

import re
from typing import Final

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED: Final = re.compile(r"'+[=+\-@\t\r\n]")


def guarded(text: str) -> str:
    """The text with an apostrophe before what begins a formula (OWASP, CSV injection)."""
    return f"'{text}" if _FORMULA.match(text) else text


def escaped(text: str) -> str:
    """The same for a workbook, where a text is no formula: only what would be taken for a guard gets one more."""
    return f"'{text}" if _GUARDED.match(text) else text


def unguarded(text: str) -> str:
    """The text as it was before either of the two."""
    return text[1:] if _GUARDED.match(text) else text
