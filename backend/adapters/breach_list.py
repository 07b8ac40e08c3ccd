"""Which passwords everybody knows: the list that is shipped, and a larger one where somebody has put it."""

from __future__ import annotations

import functools
import hashlib
import os
from pathlib import Path
from typing import BinaryIO, Final

_LONGEST_LINE: Final = 128
_DIGITS: Final = 40


class BreachFiles:
    """`BreachList`. `common`: a password a line, in lower case. `hashes`: `SHA-1 in hex[:count]` a line, sorted, as
    Have I Been Pwned gives it out; None: there is none.

    A file that cannot be read raises OSError: a rule that silently does not hold would be worse.
    """

    def __init__(self, common: Path, hashes: Path | None) -> None:
        self._common_path = common
        self._hashes_path = hashes

    def knows(self, password: str) -> bool:
        if password in self._common:
            return True
        if self._hashes_path is None:
            return False
        wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        with self._hashes_path.open("rb") as file:
            return _search(file, wanted)

    @functools.cached_property
    def _common(self) -> frozenset[str]:
        lines = self._common_path.read_text(encoding="utf-8").splitlines()
        return frozenset(filter(None, lines))


def _search(file: BinaryIO, wanted: bytes) -> bool:
    """By halves: 40 reads in a file of 40 GB."""
    low, high = 0, file.seek(0, os.SEEK_END)
    # The first line that begins at or after `low` is not after the wanted one; that at `high` is.
    while low < high:
        middle = (low + high) // 2
        line = _line_at(file, middle)
        if line and line < wanted:
            low = middle + 1
        else:
            high = middle
    return _line_at(file, low) == wanted


def _line_at(file: BinaryIO, position: int) -> bytes:
    """The hash of the first line that begins at `position` or after it; empty at the end."""
    file.seek(max(0, position - 1))
    if position > 0:
        file.readline(_LONGEST_LINE)
    return file.readline(_LONGEST_LINE)[:_DIGITS].upper()
