"""A page shows what its reader needs for what they have said, in their language, and the same as data."""

from __future__ import annotations

import json

from sqlalchemy import insert, update

from backend.adapters.db.escalation import books, runs
from backend.adapters.db.registry import homes
from backend.domain.answering.model import StepKind
from tests.harness.answering import Answering

TWO_MUST_GO = {
    "id": "fire",
    "title": {"zh-CN": "火警", "en": "Fire"},
    "match": {},
    "needs": {"responder": 2},
    "steps": [{"after_seconds": 0, "notify": [{"target": "desk"}]}],
}


def test_the_way_in_is_for_those_who_go(answering: Answering) -> None:
    answering.contact("k1", "邻居老王", "13800000009")
    answering.write(update(homes).values(hazards=["dog"], latitude=30.1, longitude=122.2))
    _, token, _ = answering.call("chen", "陈志愿")
    with answering.phone() as phone:
        phone.look(token).press(token, "open")
        phone.look(token)
        for known in ("林阿婆", "妈祖庙旁", "有狗", "geo:30.1,122.2", "+8657485001234"):
            assert known in phone.page, known
        for kept in ("门垫下", "邻居老王"):
            assert kept not in phone.page, kept
        phone.press(token, "accept")
        phone.look(token)
        for known in ("门垫下", "邻居老王", "13800000009"):
            assert known in phone.page, known


def test_whoever_is_not_needed_sees_nobodys_name_and_address(answering: Answering) -> None:
    _, first, _ = answering.call("chen", "陈志愿")
    _, second, _ = answering.call("zhao", "赵志愿")
    with answering.phone() as one, answering.phone() as two:
        for phone, token in ((one, first), (two, second)):
            phone.look(token).press(token, "open")
        one.look(first).press(first, "accept")
        two.look(second)
        assert "陈志愿" in two.page
        assert "林阿婆" not in two.page
        assert "妈祖庙" not in two.page
        assert not two.has("accept")


def test_the_language_is_the_phones_and_can_be_switched(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    with answering.phone(**{"Accept-Language": "en-US,en;q=0.9"}) as phone:
        assert 'lang="en"' in phone.look(token).page
        assert 'lang="zh-CN"' in phone.look(token, "?lang=zh").page
        assert 'lang="zh-CN"' in phone.look(token).page, "the switch is remembered"
        answer = phone.client.get(f"/r/{token}")
        assert "script" not in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"


def test_a_step_that_is_refused_is_said_on_the_page(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    with answering.phone() as phone:
        phone.look(token).press(token, "open")
        phone.look(token).press(token, "done", outcome="helped")
        assert (phone.status, "请先点“我去”" in phone.page) == (409, True)
        assert phone.look(token).press(token, "no-such-step").status == 404


def test_the_same_as_data(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    with answering.phone() as phone:
        assert phone.client.get(f"/r/{token}/state").json()["code"] == "other_phone"
        phone.look(token)
        sealed = phone.client.get(f"/r/{token}/state")
        assert (sealed.status_code, sealed.json()["code"]) == (409, "not_opened")
        phone.press(token, "open")
        state = phone.client.get(f"/r/{token}/state").json()
        assert state["page"]["can"] == ["accept", "pass", "hold"]
        body = {"step": "accept", "form": state["form"], "once": "o1"}
        for _ in range(2):
            answer = phone.client.post(f"/r/{token}/steps", json=body)
            assert (answer.status_code, answer.json()["page"]["state"]) == (200, "accepted")
        early = phone.client.post(f"/r/{token}/steps", json={**body, "step": "done", "outcome": "helped"})
        assert (early.status_code, early.json()["code"]) == (409, "not_arrived")
        forged = phone.client.post(f"/r/{token}/steps", json={**body, "form": "0" * 32})
        assert forged.status_code == 403
        assert phone.client.get(f"/r/{'0' * 32}/state").status_code == 404
    assert answering.kinds().count("responder_accepted") == 1


def test_where_the_policy_asks_for_two_the_second_goes_as_well(answering: Answering) -> None:
    answering.person("liu", "刘站长")
    body = json.dumps([TWO_MUST_GO])
    answering.write(
        insert(books).values(digest="d", body=body, loaded_at=answering.clock.now()),
        update(runs).values(book="d", policy="fire"),
    )
    tokens = [answering.call(who, who)[1] for who in ("chen", "zhao", "liu")]
    with answering.phone() as first, answering.phone() as second, answering.phone() as third:
        for phone, token in zip((first, second, third), tokens, strict=True):
            phone.look(token).press(token, "open")
            phone.look(token)
        assert "这里需要两个人" in first.page
        first.press(tokens[0], "accept")
        assert answering.states() == {"chen": "accepted", "zhao": "opened", "liu": "opened"}
        second.press(tokens[1], "accept")
        assert answering.states() == {"chen": "accepted", "zhao": "accepted", "liu": "stood_down"}
        assert third.press(tokens[2], "accept").status == 409


def test_a_book_that_cannot_be_read_costs_no_answer(answering: Answering) -> None:
    answering.write(
        insert(books).values(digest="d", body='[{"from": "another version"}]', loaded_at=answering.clock.now()),
        update(runs).values(book="d", policy="fire"),
    )
    _, token, _ = answering.call("chen", "陈志愿")
    assert answering.take(token, answering.opened(token), StepKind.ACCEPT).goes
