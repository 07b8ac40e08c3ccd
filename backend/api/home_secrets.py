"""Door codes and places of keys: set by those who look after the home, seen by who has its open alert."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Response
from pydantic import StringConstraints

from backend.api.bodies import ONE_LINE, Answer, Body, Moment
from backend.api.problems import Problem
from backend.api.security import CurrentActor
from backend.api.vocabulary import LabelView
from backend.domain.home_secrets.looks import LABELS, Look, SecretKind
from backend.services.home_secrets.change import ChangeSecrets, SecretState
from backend.services.home_secrets.look import LookAtSecrets
from contract.vocabulary import Label

Secret = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=ONE_LINE)]
REFUSED: Final[dict[Look, tuple[int, str, Label]]] = {
    Look.NO_HOME: (404, "no_home", Label("这条警情没有住户", "This alert is about no home")),
    Look.ENDED: (409, "alert_closed", Label("警情已结案，不再显示", "The alert is closed: it is not shown any more")),
    Look.NOT_HOLDER: (
        403,
        "not_the_holder",
        Label("只有接警人能看：先接警或接手", "Only who has the alert may look: accept it, or take it over, first"),
    ),
}


class SecretsBody(Body):
    """What is named is set, null removes it, what is left out stays."""

    door_code: Secret | None = None
    key_place: Secret | None = None
    gate_code: Secret | None = None
    other: Secret | None = None


class SecretStateView(Answer):
    """That one is kept; never what it says."""

    kind: SecretKind
    label: LabelView
    updated_at: Moment
    updated_by: str


class SecretStates(Answer):
    """Of one home."""

    items: list[SecretStateView]


class ShownSecret(Answer):
    """One of them, in the clear."""

    kind: SecretKind
    label: LabelView
    value: str


class ShownSecrets(Answer):
    """What is kept for the alert's home; empty where nothing is."""

    items: list[ShownSecret]


@dataclass(frozen=True)
class SecretCalls:
    """What the routes need."""

    change: ChangeSecrets
    look: LookAtSecrets


def router(calls: SecretCalls) -> APIRouter:
    """`/homes/{home_id}/secrets` and `/alerts/{alert_id}/secrets`."""
    routes = APIRouter(tags=["homes"])

    @routes.get("/homes/{home_id}/secrets")
    def states(home_id: str) -> SecretStates:
        """Which are kept."""
        return _states(calls.change.states(home_id))

    @routes.patch("/homes/{home_id}/secrets")
    def change(home_id: str, body: SecretsBody, actor: CurrentActor) -> SecretStates:
        """Set or remove; encrypted at once. The change is in the audit log, its words are not."""
        wanted = {SecretKind(name): getattr(body, name) for name in body.model_fields_set}
        return _states(calls.change(home_id, wanted, actor))

    @routes.post("/alerts/{alert_id}/secrets")
    def look(alert_id: str, actor: CurrentActor, response: Response) -> ShownSecrets:
        """Shown to who has the open alert; each look is in the audit log."""
        found = calls.look.by_staff(alert_id, actor)
        if found is None:
            raise Problem(404, "not_found", Label("没有这条警情", "No such alert"))
        if isinstance(found, Look):
            status, code, words = REFUSED[found]
            raise Problem(status, code, words)
        response.headers["Cache-Control"] = "no-store"
        return ShownSecrets(
            items=[ShownSecret(kind=kind, label=_label(kind), value=value) for kind, value in found.items()]
        )

    return routes


def _states(found: list[SecretState] | None) -> SecretStates:
    if found is None:
        raise Problem(404, "not_found", Label("没有这户人家", "No such home"))
    return SecretStates(
        items=[
            SecretStateView(kind=one.kind, label=_label(one.kind), updated_at=one.updated_at, updated_by=one.updated_by)
            for one in found
        ]
    )


def _label(kind: SecretKind) -> LabelView:
    return LabelView(zh=LABELS[kind].zh, en=LABELS[kind].en)
