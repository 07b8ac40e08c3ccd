"""The policies of the folder become the book in force; what cannot be used leaves the old one in force, and says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from backend.services.alarm.ports import Clock
from backend.services.escalation.ports import EscalationStore
from backend.services.escalation.read_book import Book, BookRefused, read_book

log = structlog.get_logger()


class PolicyFolder(Protocol):
    """Where an operator edits policies."""

    def read(self) -> Mapping[str, str]:
        """Text by file name. Raises OSError where the folder cannot be read."""
        ...


@dataclass(slots=True)
class LoadBook:
    """The use case: at the start, and again whenever a file has changed. Any number of processes may run it."""

    store: EscalationStore
    folder: PolicyFolder
    clock: Clock
    refused: str | None = None
    book: Book | None = field(default=None, init=False)
    _seen: Mapping[str, str] | None = field(default=None, init=False)

    def __call__(self) -> None:
        """Never raises for a file: presses are taken whatever an operator has written, with the book of before.

        Before there was any, the built-in policy serves.
        """
        try:
            texts = self.folder.read()
            if texts == self._seen:
                return
            book = read_book(texts)
        except (BookRefused, OSError, UnicodeDecodeError) as refused:
            if self.refused != str(refused):
                log.error("policies_refused", why=str(refused))
            self.refused = str(refused)
            return
        self.refused = None
        if self.book is not None and book.digest == self.book.digest:
            self._seen = texts
            return
        now = self.clock.now()
        with self.store.begin() as tx:
            tx.put_book(book.digest, book.body, now)
            tx.commit()
        self._seen, self.book = texts, book
        log.info("policies_loaded", digest=book.digest[:12], policies=len(book.policies))
