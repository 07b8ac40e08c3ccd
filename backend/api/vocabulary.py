"""The words of the contract with their labels, so that no screen carries its own copy."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from backend.api.bodies import Answer
from contract.metrics import METRICS
from contract.vocabulary import EVENT_TYPES, HANDLING_LABELS, OUTCOME_CODES, SEVERITY_LABELS, Label, Severity


class LabelView(BaseModel):
    """A text in both languages."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)
    zh: str = Field(serialization_alias="zh-CN")
    en: str


class Term(Answer):
    """A word and what people call it."""

    code: str
    label: LabelView


class EventTypeTerm(Term):
    """`severity` None raises no alert; `answered`: the terminal repeats it until it is answered."""

    severity: Severity | None
    answered: bool
    clears: str | None


class OutcomeTerm(Term):
    """`needs_seen_by`: an SOS closed so needs the name of who has seen the person. `spoken`: somebody has spoken with
    them. `grave`: said by voice only."""

    needs_seen_by: bool
    spoken: bool
    grave: bool


class MetricTerm(Term):
    """`unit` is a SenML unit, empty for none; `kind` is `number` or `boolean`."""

    unit: str
    kind: str


class Vocabulary(Answer):
    """Everything that a screen has to name."""

    event_types: list[EventTypeTerm]
    severities: list[Term]
    handlings: list[Term]
    outcomes: list[OutcomeTerm]
    metrics: list[MetricTerm]


def _label(label: Label) -> LabelView:
    return LabelView(zh=label.zh, en=label.en)


def _terms(labels: Mapping[str, Label]) -> list[Term]:
    return [Term(code=str(code), label=_label(label)) for code, label in labels.items()]


def vocabulary() -> Vocabulary:
    """The contract's vocabulary as the API answers it."""
    return Vocabulary(
        event_types=[
            EventTypeTerm(
                code=entry.name,
                label=_label(entry.label),
                severity=entry.severity,
                answered=entry.answered,
                clears=entry.clears,
            )
            for entry in EVENT_TYPES.values()
        ],
        severities=_terms({str(code): label for code, label in SEVERITY_LABELS.items()}),
        handlings=_terms({str(code): label for code, label in HANDLING_LABELS.items()}),
        outcomes=[
            OutcomeTerm(
                code=entry.code,
                label=_label(entry.label),
                needs_seen_by=entry.needs_seen_by,
                spoken=entry.spoken,
                grave=entry.grave,
            )
            for entry in OUTCOME_CODES.values()
        ],
        metrics=[
            MetricTerm(code=entry.name, label=_label(entry.label), unit=entry.unit, kind=entry.kind)
            for entry in METRICS.values()
        ],
    )


def router() -> APIRouter:
    """`/vocabulary` of the staff API."""
    api = APIRouter(tags=["vocabulary"])
    answer = vocabulary()

    @api.get("/vocabulary")
    def show_vocabulary() -> Vocabulary:
        """Event types, severities, handlings, outcome codes and metrics, with their labels."""
        return answer

    return api
