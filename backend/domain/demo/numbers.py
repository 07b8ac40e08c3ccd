"""Telephone numbers that belong to nobody: `+86 154…`, the one block of 15x that was never given to any operator."""

from __future__ import annotations

from typing import Final

PREFIX: Final = "+86154"
"""Possible in form, so that everything works with them, and by the numbering plan that `phonenumbers` knows not in
use. (199 0000 would be: 199 belongs to an operator.)"""
_MOST: Final = 10**8


class Numbers:
    """Gives numbers out one after the other, so that no two people share one unless they are meant to."""

    def __init__(self, block: int) -> None:
        """`block`: 0 to 99, a million numbers each."""
        self._next = block * 1_000_000

    def __call__(self) -> str:
        """The next number, in E.164."""
        if self._next >= _MOST:
            raise ValueError("no numbers are left")
        self._next += 1
        return f"{PREFIX}{self._next - 1:08d}"
