"""What becomes of a word in a row that this version does not know: it is taken for the worst, and that is said once."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, TypeVar

import structlog

log = structlog.get_logger()
E = TypeVar("E", bound=StrEnum)

UNREADABLE: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError)
"""What a row raises whose content is not what its columns promise. Storage that is away raises none of them."""
_said: Final[set[tuple[str, str]]] = set()
MOST_SAID: Final = 100


def known(kind: type[E], word: Any, worst: E) -> E:
    """The member of `kind` that `word` names, else `worst`: a newer version may have written it, or nobody knows what.

    A row that could not be read would hold up the alert that it is about.
    """
    try:
        return kind(word)
    except ValueError:
        said = (kind.__name__, str(word)[:40])
        if said not in _said and len(_said) < MOST_SAID:
            _said.add(said)
            log.error("unknown_word", kind=said[0], word=said[1], taken_for=str(worst))
        return worst
