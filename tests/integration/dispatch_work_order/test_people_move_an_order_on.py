"""What people do to an order on a database: under lock, once per key, with notices to those without an account."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.domain.alert.model import Actor, ActorKind
from backend.domain.work_order.lifecycle import Refusal, Refused
from backend.domain.work_order.model import CallResult, Outcome, Verb
from backend.services.work_order.act import Acted
from backend.services.work_order.views import Which
from tests.harness.work_orders import WorkDesk

LI = Actor(ActorKind.STAFF, "op2", "李强")


@pytest.fixture
def town(desk: WorkDesk) -> WorkDesk:
    desk.organisation("centre", provides=["service_request"])
    desk.organisation("shop", "institution")
    desk.person("helper", "shop", "responder")
    desk.home("h1", organisation_id="centre")
    return desk


def test_the_same_request_twice_is_done_once(town: WorkDesk) -> None:
    order_id = town.create("service_request", home_id="h1").id
    for _ in range(2):
        assert town.do(order_id, Verb.NOTE, "key-1", text="已联系") is Acted.DONE
    assert town.do(order_id, Verb.NOTE, "key-1", text="别的") is Acted.KEY_REUSED
    assert town.do("w9", Verb.NOTE, text="x") is Acted.NOT_FOUND
    assert town.kinds(order_id).count("noted") == 1


def test_who_accepts_has_it_and_a_second_is_refused(town: WorkDesk) -> None:
    town.account("op1", "centre")
    order_id = town.create("service_request", home_id="h1").id
    assert town.do(order_id, Verb.ACCEPT) is Acted.DONE
    detail = town.detail(order_id)
    assert (detail.assignee and detail.assignee.name, detail.state.code) == ("王丽", "assigned")
    with pytest.raises(Refusal) as refusal:
        town.do(order_id, Verb.ACCEPT, who=LI)
    assert refusal.value.reason is Refused.ILLEGAL_TRANSITION
    assert town.detail(order_id).version == detail.version


def test_work_given_to_a_person_goes_to_their_organisation(town: WorkDesk) -> None:
    town.point("organisation", "shop")
    order_id = town.create("service_request", home_id="h1").id
    assert town.do(order_id, Verb.ASSIGN, assignee_id="helper") is Acted.DONE
    detail = town.detail(order_id)
    assert (detail.provider and detail.provider.id, detail.assignee and detail.assignee.id) == ("shop", "helper")
    assert [notice.recipient_id for notice in town.notices.of(order_id)] == ["shop"]
    assert town.do(order_id, Verb.ASSIGN, assignee_id="nobody") is Acted.UNKNOWN_PERSON
    assert town.do(order_id, Verb.ASSIGN, provider_id="nowhere") is Acted.UNKNOWN_PROVIDER
    assert town.do(order_id, Verb.ASSIGN, provider_id="centre") is Acted.DONE
    assert town.detail(order_id).assignee is None


def test_a_provider_without_an_account_is_told_by_a_notice(town: WorkDesk) -> None:
    town.point("organisation", "centre")
    order_id = town.create("service_request", home_id="h1", text="送餐").id
    (notice,) = town.notices.of(order_id)
    assert (notice.recipient_id, notice.contact_points) == ("centre", ("cp-centre",))
    assert (notice.facts["why"], notice.facts["text"]) == ("offered", "送餐")
    assert town.kinds(order_id)[-1] == "told"
    town.account("op9", "centre")
    assert town.notices.of(town.create("service_request", "k2", home_id="h1").id) == []


def test_a_provider_that_cannot_be_told_is_said(town: WorkDesk) -> None:
    town.point("organisation", "centre", verified=False)
    order_id = town.create("service_request", home_id="h1").id
    last = town.detail(order_id).timeline[-1]
    assert (last.kind.code, last.reason) == ("nobody_to_tell", "no_verified_channel")
    assert town.notices.of(order_id) == []


def test_every_call_back_is_kept_with_its_time_and_result(town: WorkDesk) -> None:
    order_id = town.create("service_request", home_id="h1").id
    town.do(order_id, Verb.ACCEPT)
    town.do(order_id, Verb.START)
    town.do(order_id, Verb.FINISH, outcome=Outcome.PARTLY_DONE)
    times = []
    for result in (CallResult.NO_ANSWER, CallResult.WRONG_NUMBER, CallResult.UNREACHABLE):
        town.clock.turn(timedelta(minutes=30))
        times.append(town.clock.now())
        town.do(order_id, Verb.CALL_BACK, result=result, text="第几次")
    detail = town.detail(order_id)
    assert [(call.at, call.result.code, call.reached) for call in detail.call_backs] == [
        (times[0], "no_answer", False),
        (times[1], "wrong_number", False),
        (times[2], "unreachable", False),
    ]
    assert [verb.code for verb in detail.allowed] == ["call_back", "close", "hold", "note"]
    town.do(order_id, Verb.CLOSE)
    assert town.detail(order_id).state.code == "closed"


def test_the_list_shows_supervised_first_then_what_is_due(town: WorkDesk) -> None:
    late = town.create("service_request", "late", home_id="h1").id
    town.clock.turn(timedelta(hours=2))
    town.watch()
    calm = town.create("contact_check", "calm", home_id="h1").id
    soon = town.create("service_request", "soon", home_id="h1").id
    gone = town.create("service_request", "gone", home_id="h1").id
    town.do(gone, Verb.CANCEL, text="重复")
    assert town.listed() == [late, soon, calm]
    assert town.listed(overdue=True) == [late]
    assert town.listed(overdue=False) == [soon, calm]
    assert town.listed(supervised=True) == [late]
    assert town.listed(kind="contact_check") == [calm]
    assert town.listed(provider_id="centre") == [late, soon, calm]
    assert town.listed(provider_id="shop") == []
    assert town.listed(which=Which.ENDED) == [gone]
    assert set(town.listed(which=Which.ALL)) == {late, soon, calm, gone}
    assert town.reader.detail("w9", town.clock.now()) is None
    summary = town.reader.summary(town.clock.now())
    counts = {one.code: (one.count, one.overdue) for one in summary.states if one.count}
    assert counts == {"registered": (3, 1), "cancelled": (1, 0)}
    assert (summary.open, summary.overdue, summary.supervised, summary.on_hold) == (3, 1, 1, 0)
