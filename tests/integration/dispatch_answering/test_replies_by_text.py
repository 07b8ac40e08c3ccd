"""A reply by text is a step where it can be one, and is never lost where it cannot."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.adapters.db.answering_reading import AnswerSqlReader
from backend.adapters.db.notices import notices
from backend.domain.escalation.targets import RecipientKind
from backend.services.answering.hear_reply import WITHIN, WRONG_TRIES, Heard, HearReply, Text
from tests.harness.answering import Answering

CHEN = "13800000001"


@pytest.fixture
def hear(answering: Answering) -> HearReply:
    return HearReply(answering.answer)


def test_the_whole_way_by_text(answering: Answering, hear: HearReply) -> None:
    _, _, code = answering.call("chen", "陈志愿")
    for text in (f"1 {code}", f"4 {code} 15", f"5 {code}", f"６，{code}已送医"):
        assert hear(Text("plain", CHEN, text)).heard is Heard.DONE, text
    alert = answering.alarm.only()
    assert (alert.handling, answering.states()["chen"]) == ("arrived", "done")
    done = next(entry for entry in answering.alarm.detail(alert.id).timeline if entry.kind == "responder_done")
    assert done.detail["text"] == "已送医"


def test_a_contact_is_known_by_the_number_in_the_register(answering: Answering, hear: HearReply) -> None:
    answering.contact("k1", "邻居老王", "138-0000-0009")
    _, _, code = answering.call("k1", "邻居老王", kind=RecipientKind.CONTACT)
    assert hear(Text("plain", "+8613800000009", f"1 {code}")).heard is Heard.DONE


def test_a_code_works_from_its_own_number_only(answering: Answering, hear: HearReply) -> None:
    _, _, code = answering.call("chen", "陈志愿")
    answering.call("zhao", "赵志愿")
    assert hear(Text("plain", "13800000002", f"1 {code}")).heard is Heard.WRONG_NUMBER
    assert hear(Text("plain", "13999999999", f"1 {code}")).heard is Heard.WRONG_NUMBER
    assert answering.states() == {"chen": "offered", "zhao": "offered"}


def test_what_nobody_understands_stands_on_the_timeline(answering: Answering, hear: HearReply) -> None:
    answering.call("chen", "陈志愿")
    assert hear(Text("plain", CHEN, "我在外地，让老赵去")).heard is Heard.UNREADABLE
    entry = answering.alarm.detail(answering.alert_id).timeline[-1]
    assert (entry.kind, entry.reason, entry.actor.name) == ("noted", "reply_unreadable", "陈志愿")
    assert entry.detail["text"] == "我在外地，让老赵去"
    assert hear(Text("plain", "13911112222", "谁？")).heard is Heard.UNREADABLE
    kept = AnswerSqlReader(answering.engine).replies(10)
    assert {(reply.phone_end, reply.text) for reply in kept} == {("0001", "我在外地，让老赵去"), ("2222", "谁？")}


def test_a_step_that_is_refused_is_kept_with_the_reason(answering: Answering, hear: HearReply) -> None:
    _, _, code = answering.call("chen", "陈志愿")
    assert hear(Text("plain", CHEN, f"5 {code}")).heard is Heard.REFUSED
    entry = answering.alarm.detail(answering.alert_id).timeline[-1]
    assert (entry.reason, entry.detail["why"]) == ("reply_refused", "not_accepted")


def test_a_text_that_is_brought_again_counts_once(answering: Answering, hear: HearReply) -> None:
    _, _, code = answering.call("chen", "陈志愿")
    text = Text("alibaba", CHEN, f"1 {code}", "77")
    assert [hear(text).heard, hear(text).heard] == [Heard.DONE, Heard.REPEATED]
    assert answering.kinds().count("responder_accepted") == 1


def test_whoever_guesses_codes_is_throttled_and_still_shown(answering: Answering, hear: HearReply) -> None:
    _, _, code = answering.call("chen", "陈志愿")
    wrong = [number for number in range(1000, 1000 + WRONG_TRIES + 1) if f"{number}" != code][:WRONG_TRIES]
    for number in wrong:
        assert hear(Text("plain", CHEN, f"1 {number}")).heard is Heard.UNKNOWN_CODE
    assert hear(Text("plain", CHEN, f"1 {code}")).heard is Heard.THROTTLED
    assert answering.alarm.detail(answering.alert_id).timeline[-1].reason == "reply_throttled"
    answering.clock.turn(WITHIN + timedelta(seconds=1))
    assert hear(Text("plain", CHEN, f"1 {code}")).heard is Heard.DONE


def test_a_code_is_free_again_when_it_is_over(answering: Answering, hear: HearReply) -> None:
    _, _, code = answering.call("chen", "陈志愿")
    answering.clock.turn(timedelta(hours=25))
    next(tick for tick in answering.parts.ticks() if tick.name == "assignments").run()
    assert hear(Text("plain", CHEN, f"1 {code}")).heard is Heard.UNKNOWN_CODE
    assert answering.states() == {"chen": "expired"}


def test_providers_bring_replies_in_their_own_forms(answering: Answering) -> None:
    _, _, code = answering.call("chen", "陈志愿")
    seals = answering.parts._seals
    alibaba = [
        {
            "phone_number": CHEN,
            "content": f"1 {code}",
            "send_time": "2026-11-24 11:12:45",
            "dest_code": "1234",
            "sequence_id": 1234567890,
        }
    ]
    tencent = {
        "nationcode": "86",
        "mobile": CHEN,
        "text": f"4 {code} 20",
        "sign": "安康",
        "time": 1457336869,
        "extend": "",
    }
    with answering.phone() as phone:
        url = f"/replies/alibaba/{seals.reply_secret('alibaba')}"
        assert phone.client.post(url, json=alibaba).json() == {"code": 0, "msg": "OK"}
        url = f"/replies/tencent/{seals.reply_secret('tencent')}"
        assert phone.client.post(url, json=tencent).json() == {"result": 0, "errmsg": "OK"}
        assert phone.client.post(url, json=tencent).status_code == 200
        url = f"/replies/plain/{seals.reply_secret('plain')}"
        answer = phone.client.post(url, json={"phone": CHEN, "text": f"5 {code}"})
        assert answer.json() == {"outcomes": [{"outcome": "done", "why": None}]}
        assert phone.client.post(url, content=b"\xff{not json").status_code == 200
        assert phone.client.post(f"/replies/plain/{'0' * 40}", json={}).status_code == 404
        wrong = f"/replies/plain/{seals.reply_secret('alibaba')}"
        assert phone.client.post(wrong, json={"phone": CHEN, "text": "1"}).status_code == 404
    assert answering.states()["chen"] == "arrived"
    assert sorted(answering.reply_outcomes()) == ["done", "done", "done", "unreadable"]


def said_back(answering: Answering) -> list[tuple[str, str]]:
    """(who, what) of the texts that are on their way back."""
    with answering.engine.connect() as connection:
        query = select(notices).where(notices.c.kind == "advisory").order_by(notices.c.created_at, notices.c.id)
        return [(row.recipient_id, row.facts["text"]) for row in connection.execute(query)]


def test_whoever_replies_hears_whose_it_is(answering: Answering, hear: HearReply) -> None:
    _, _, first = answering.call("chen", "陈志愿")
    _, _, second = answering.call("zhao", "赵志愿")
    hear(Text("plain", CHEN, f"1 {first}"))
    answering.clock.turn(timedelta(seconds=1))
    hear(Text("plain", "13800000002", f"1 {second}"))
    answering.clock.turn(timedelta(seconds=1))
    hear(Text("plain", CHEN, "马上"))
    told = said_back(answering)
    assert [who for who, _ in told] == ["chen", "zhao", "chen"]
    assert f"4 {first}" in told[0][1]
    assert "陈志愿 已接手" in told[1][1]
    assert "没看懂" in told[2][1]
