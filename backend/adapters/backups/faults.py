"""What can be wrong with a backup, in the words that a person gets."""

from __future__ import annotations

from contract.vocabulary import Label


class BackupError(Exception):
    """A backup that cannot be made, proved or put back: what, where, and what to do, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.words = Label(zh, en)
