"""The door code is seen by who has the alert and by who goes, while they do; each look, each refusal is on record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import select

from backend.adapters.db.audit_log import audit_pending
from backend.adapters.db.engine import reading
from backend.adapters.db.home_secrets import home_secrets
from backend.adapters.db.home_secrets_store import SecretSqlStore
from backend.adapters.sealing import KeyRing
from backend.domain.alert.lifecycle import Verb
from backend.domain.alert.model import Actor as Holder
from backend.domain.alert.model import ActorKind as HolderKind
from backend.domain.home_secrets.looks import Look, SecretKind
from backend.services.home_secrets.seal_anew import SealAnew
from backend.services.identity.actor import Actor, ActorKind, StaffRole
from tests.harness.answering import DEVICE, Answering

WANG = Actor(ActorKind.STAFF, "op1", "王丽", StaffRole.OPERATOR)
LI = Actor(ActorKind.STAFF, "op2", "李强", StaffRole.OPERATOR)
SHOWN = {SecretKind.DOOR_CODE: "4711#", SecretKind.KEY_PLACE: "花盆下"}


def looks(answering: Answering) -> list[tuple[str, str]]:
    """Who looked, and what came of it."""
    with reading(answering.engine) as connection:
        query = select(audit_pending).where(audit_pending.c.action == "home_secrets_seen").order_by(audit_pending.c.id)
        rows = [json.loads(row.body) for row in connection.execute(query)]
    return [(row["actor"]["id"], row["detail"]["outcome"]) for row in rows]


def take(answering: Answering, who: Actor, verb: Verb = Verb.ACCEPT, **fields: Any) -> None:
    answering.alarm.do(verb, answering.alert_id, Holder(HolderKind.STAFF, who.id, who.name), **fields)


def test_the_holder_and_nobody_else(answering: Answering) -> None:
    alert_id = answering.alert_id
    assert answering.look.by_staff(alert_id, WANG) is Look.NOT_HOLDER
    take(answering, WANG)
    assert answering.look.by_staff(alert_id, WANG) == SHOWN
    assert answering.look.by_staff(alert_id, LI) is Look.NOT_HOLDER
    take(answering, WANG, Verb.CLOSE, outcome="helped_by_phone")
    assert answering.look.by_staff(alert_id, WANG) is Look.ENDED
    assert answering.look.by_staff("none", WANG) is None
    assert looks(answering) == [("op1", "not_holder"), ("op1", "shown"), ("op2", "not_holder"), ("op1", "ended")]


def test_of_an_alert_without_a_home(answering: Answering) -> None:
    answering.alarm.press("lobby-7")
    (stranger,) = [alert for alert in answering.alarm.open() if alert.device_id == "lobby-7"]
    assert answering.look.by_staff(stranger.id, WANG) is Look.NO_HOME


def test_who_goes_sees_it_on_the_page_by_pressing_a_button(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    with answering.phone() as phone:
        phone.look(token).press(token, "open")
        assert not phone.look(token).has("secrets")
        phone.press(token, "secrets")
        assert "4711#" not in phone.page
        phone.look(token).press(token, "accept")
        assert phone.look(token).has("secrets")
        assert "4711#" not in phone.page, "not before the button"
        phone.press(token, "secrets")
        assert phone.status == 200
        assert "4711#" in phone.page
        assert "花盆下" in phone.page
        assert "4711#" not in phone.look(token).page, "and not at the next look"
    assert looks(answering) == [("chen", "not_going"), ("chen", "shown")]


def test_another_phone_with_the_same_link_does_not(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    with answering.phone() as phone, answering.phone() as other:
        phone.look(token).press(token, "open")
        phone.look(token).press(token, "accept")
        form = phone.look(token).form()
        answer = other.client.post(f"/r/{token}/secrets", data=form)
        assert (answer.status_code, "4711#" in answer.text) == (403, False)
        other.look(token)
        assert "4711#" not in other.press(token, "secrets").page


def test_it_stands_nowhere_in_the_clear(answering: Answering, tmp_path: Path) -> None:
    take(answering, WANG)
    answering.look.by_staff(answering.alert_id, WANG)
    with reading(answering.engine) as connection:
        sealed = connection.scalars(select(home_secrets.c.sealed)).all()
        log = " ".join(connection.scalars(select(audit_pending.c.body)))
    assert [value for value in sealed if b"4711" in value or "花盆".encode() in value] == []
    assert ("4711" in log, "花盆" in log) == (False, False)


def test_one_that_cannot_be_opened_hides_no_other(answering: Answering) -> None:
    take(answering, WANG)
    moved = home_secrets.update().where(home_secrets.c.kind == "door_code").values(sealed=b"\x01nonsense")
    answering.write(moved)
    assert answering.look.by_staff(answering.alert_id, WANG) == {SecretKind.KEY_PLACE: "花盆下"}


def test_set_removed_and_left_as_it_is(answering: Answering) -> None:
    home = f"h-{DEVICE}"
    kept = answering.change_secrets(home, {SecretKind.DOOR_CODE: None, SecretKind.OTHER: "后窗"}, WANG)
    assert kept is not None
    assert {(one.kind, one.updated_by) for one in kept} == {(SecretKind.KEY_PLACE, "tech1"), (SecretKind.OTHER, "op1")}
    assert answering.change_secrets("no-home", {SecretKind.OTHER: "x"}, WANG) is None
    assert answering.change_secrets.states("no-home") is None


def test_keys_change_and_every_code_opens_with_the_new_one(answering: Answering, tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "seal.key")
    ring.add()
    anew = SealAnew(SecretSqlStore(answering.engine), ring)
    assert anew() == (2, 0)
    assert anew() == (0, 0)
    ring.drop_old()
    take(answering, WANG)
    assert answering.look.by_staff(answering.alert_id, WANG) == SHOWN
