"""A code of work orders with what people call it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from backend.domain.work_order.labels import OUTCOME_LABELS, PRIORITY_LABELS, RESULT_LABELS
from backend.domain.work_order.rules import Book
from backend.services.work_order.views import Coded, Words, WorkOrderWords
from contract.vocabulary import Label


def words(label: Label) -> Words:
    """The text in both languages."""
    return {"zh-CN": label.zh, "en": label.en}


def coded(code: StrEnum, labels: Mapping[Any, Label]) -> Coded:
    """`code` with its label."""
    return Coded(code=str(code), label=words(labels[code]))


def kind_coded(kind: str, book: Book) -> Coded:
    """A kind with its label; one that is not in the book any more is called by its code."""
    rules = book.kinds.get(kind)
    return Coded(code=kind, label=words(rules.label if rules is not None else Label(kind, kind)))


def form_words(book: Book) -> WorkOrderWords:
    """Everything that a form offers."""
    return WorkOrderWords(
        kinds=[kind_coded(kind, book) for kind in book.kinds],
        priorities=[coded(code, PRIORITY_LABELS) for code in PRIORITY_LABELS],
        outcomes=[coded(code, OUTCOME_LABELS) for code in OUTCOME_LABELS],
        call_results=[coded(code, RESULT_LABELS) for code in RESULT_LABELS],
        taken_by={kind: sorted(map(str, rules.taken_by)) for kind, rules in book.kinds.items()},
    )
