"""Guessed, expired, forwarded, previewed, sent twice: a link answers for one person, on one phone, once per press."""

from __future__ import annotations

import secrets
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.adapters.db.answering import assignments
from backend.domain.alert.lifecycle import Verb
from backend.domain.answering.model import Refusal, State, Step, StepKind, Why
from backend.domain.escalation.targets import RecipientKind
from backend.services.answering.answer import UnknownLink
from tests.harness.alarm import WANG
from tests.harness.answering import Answering


def test_a_guessed_link_is_unknown_and_tells_nothing(answering: Answering) -> None:
    answering.call("chen", "陈志愿")
    with answering.phone() as phone:
        for guess in (secrets.token_urlsafe(24), "x", "0" * 43):
            phone.look(guess)
            assert phone.status == 404
            assert "林阿婆" not in phone.page
            assert phone.press(guess, "accept").status in (403, 404)
    with pytest.raises(UnknownLink):
        answering.take(secrets.token_urlsafe(24), secrets.token_urlsafe(32), StepKind.OPEN)
    assert answering.states() == {"chen": "offered"}


def test_only_the_hash_of_a_link_is_stored(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    with answering.engine.connect() as connection:
        stored = [str(value) for row in connection.execute(select(assignments)) for value in row]
    assert token not in stored
    assert len(f"r/{token}") <= 35, "it fits into a variable of a text message"


def test_after_a_crash_the_same_notice_has_the_same_link(answering: Answering) -> None:
    notice, token, code = answering.call("chen", "陈志愿")
    answering.clock.turn(timedelta(minutes=3))
    assert answering.parts.links.link(notice) == (f"http://testserver/r/{token}", code)


def test_a_notice_that_asks_for_nothing_has_no_link(answering: Answering) -> None:
    informed = answering.notice("chen", "陈志愿", None, 0, RecipientKind.PERSON, answering.alert_id)
    assert answering.parts.links.link(informed) is None
    assert answering.parts.links.link("no-such-notice") is None


def test_a_link_expires_after_a_day(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    phone = answering.opened(token)
    answering.clock.turn(timedelta(hours=24))
    with pytest.raises(Refusal) as refused:
        answering.take(token, phone, StepKind.ACCEPT)
    assert refused.value.why is Why.EXPIRED
    with answering.phone() as browser:
        assert browser.look(token).status == 410
        assert "+8657485001234" in browser.page


def test_a_link_ends_two_hours_after_the_alert(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    answering.alarm.do(Verb.ACCEPT, answering.alert_id, WANG)
    answering.alarm.do(Verb.CLOSE, answering.alert_id, WANG, outcome="helped_by_phone")
    end = next(tick for tick in answering.parts.ticks() if tick.name == "assignments")
    end.run()
    assert answering.states() == {"chen": "stood_down"}
    with answering.phone() as browser:
        assert browser.look(token).status == 200
        answering.clock.turn(timedelta(hours=2))
        assert browser.look(token).status == 410
    answering.alarm.press("t1")
    answering.alert_id = answering.alarm.only().id
    assert answering.call("chen", "陈志愿")[1] != token


def test_nothing_is_taken_after_done(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    phone = answering.opened(token)
    for kind in (StepKind.ACCEPT, StepKind.ARRIVED):
        answering.take(token, phone, kind)
    answering.take(token, phone, StepKind.DONE, outcome="helped")
    before = answering.kinds()
    assert answering.take(token, phone, StepKind.DONE, outcome="other").outcome == "helped"
    for kind in (StepKind.ACCEPT, StepKind.EN_ROUTE, StepKind.ARRIVED):
        with pytest.raises(Refusal) as refused:
            answering.take(token, phone, kind, minutes=5)
        assert refused.value.why is Why.ENDED
    assert answering.kinds() == before


def test_another_phone_is_sent_to_the_desk(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    with answering.phone() as first, answering.phone() as second:
        first.look(token).press(token, "open")
        assert first.look(token).has("accept")
        assert second.look(token).status == 403
        assert "+8657485001234" in second.page
        assert "林阿婆" not in second.page
        assert second.press(token, "accept").status == 403
    assert answering.states() == {"chen": "opened"}


def test_a_preview_robot_binds_and_learns_nothing(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    with answering.phone(**{"User-Agent": "WeChat-Preview"}) as robot, answering.phone() as person:
        for _ in range(3):
            assert robot.look(token).status == 200
            assert robot.client.head(f"/r/{token}").status_code == 200
        assert "林阿婆" not in robot.page
        assert "妈祖庙" not in robot.page
        assert answering.states() == {"chen": "offered"}
        person.look(token).press(token, "open")
        assert person.look(token).has("accept")


def test_a_lost_answer_to_open_is_asked_for_again(answering: Answering) -> None:
    """The cookie is on the phone before the button is pressed, so that a bad line locks nobody out."""
    _, token, _ = answering.call("chen", "陈志愿")
    with answering.phone() as phone:
        form = phone.look(token).form()
        for _ in range(2):
            assert phone.client.post(f"/r/{token}/open", data=form).status_code == 303
        assert phone.look(token).has("accept")
    assert answering.kinds().count("responder_opened") == 1


def test_a_form_of_another_site_does_nothing(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    with answering.phone() as phone:
        phone.look(token).press(token, "open")
        form = phone.look(token).form()
        for forged in ({}, {**form, "form": "0" * 32}, {**form, "once": ""}):
            assert phone.client.post(f"/r/{token}/accept", data=forged).status_code == 403
        assert phone.client.get(f"/r/{token}/accept").status_code in (404, 405)
    assert answering.states() == {"chen": "opened"}


def test_the_same_press_twice_counts_once(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    with answering.phone() as phone:
        phone.look(token).press(token, "open")
        form = phone.look(token).form()
        for _ in range(2):
            assert phone.client.post(f"/r/{token}/accept", data=form).status_code == 303
        form = phone.look(token).form()
        for _ in range(2):
            assert phone.client.post(f"/r/{token}/en-route", data={**form, "minutes": "10"}).status_code == 303
    assert answering.kinds().count("responder_accepted") == 1
    assert answering.kinds().count("responder_en_route") == 1


def _together(actions: list[Step], tokens: list[str], phones: list[str], answering: Answering) -> list[str]:
    barrier = threading.Barrier(len(tokens))
    results: list[str] = []

    def go(token: str, phone: str, step: Step) -> None:
        barrier.wait()
        try:
            results.append(str(answering.answer.by_link(token, phone, step, secrets.token_hex(8)).state))
        except Refusal as refusal:
            results.append(str(refusal.why))

    threads = [
        threading.Thread(target=go, args=each, name=f"phone-{number}")
        for number, each in enumerate(zip(tokens, phones, actions, strict=True))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return sorted(results)


def test_of_two_phones_at_once_one_opens(answering: Answering) -> None:
    _, token, _ = answering.call("chen", "陈志愿")
    phones = [secrets.token_urlsafe(32) for _ in range(4)]
    results = _together([Step(StepKind.OPEN)] * 4, [token] * 4, phones, answering)
    assert results == ["opened", "other_phone", "other_phone", "other_phone"]


def test_of_many_who_accept_at_once_exactly_one_has_it(answering: Answering) -> None:
    names = [f"v{number}" for number in range(5)]
    for name in names:
        answering.person(name, name)
    tokens = [answering.call(name, name)[1] for name in names]
    phones = [answering.opened(token) for token in tokens]
    results = _together([Step(StepKind.ACCEPT)] * 5, tokens, phones, answering)
    assert results == [str(State.ACCEPTED)] + [str(Why.TAKEN)] * 4
    assert answering.kinds().count("responder_accepted") == 1
    assert sorted(answering.states().values()) == ["accepted"] + ["stood_down"] * 4
