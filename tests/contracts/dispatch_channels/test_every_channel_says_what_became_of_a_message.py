"""One suite for every way out of the house, and for the fake: delivered, tried again or given up, each with a cause."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from backend.adapters.channels.apprise_url import AppriseUrl
from backend.domain.delivery.model import Cause, Outcome, Result
from backend.services.notices.delivery_ports import SendingChannel
from backend.services.notices.ports import NoticeKind
from tests.contracts.dispatch_channels.conftest import MESSAGE
from tests.fakes.notice_channels import RecordingChannel
from tests.harness.clock import stopwatch
from tests.harness.ports import free_port
from tests.harness.provider import Provider

Make = Callable[..., SendingChannel]

GOOD = {
    "alibaba": ("+8613800000001", b'{"Code":"OK","Message":"OK","RequestId":"r","BizId":"biz^0"}'),
    "tencent": (
        "+8613800000001",
        b'{"Response":{"SendStatusSet":[{"SerialNo":"sn:1","PhoneNumber":"+8613800000001","Fee":1,"SessionContext":"",'
        b'"Code":"Ok","Message":"send success","IsoCode":"CN"}],"RequestId":"r"}}',
    ),
    "webhook": ("{url}/hook", b""),
    "wecom_robot": ("693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa", b'{"errcode":0,"errmsg":"ok"}'),
    "dingtalk_robot": ("566cc69da782ec33b0b4/SECabc", b'{"errcode":0,"errmsg":"ok"}'),
    "apprise": ("care-desk", b"{}"),
}
REAL = sorted(GOOD)


def _address(name: str, server: Provider) -> str:
    return GOOD[name][0].format(url=server.url)


@pytest.mark.parametrize("name", REAL)
def test_what_the_provider_took_is_delivered(name: str, make: Make, server: Provider) -> None:
    server.answer = GOOD[name][1]
    assert make(name).send(MESSAGE, _address(name, server)).outcome is Outcome.DELIVERED
    assert len(server.requests) == 1


def test_the_fake_keeps_the_same_contract() -> None:
    channel: SendingChannel = RecordingChannel()
    assert channel.send(MESSAGE, "x") == Result(Outcome.DELIVERED)


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("status", [500, 503])
def test_a_provider_in_trouble_is_tried_again(name: str, status: int, make: Make, server: Provider) -> None:
    server.status, server.answer = status, b"<html>bad gateway</html>"
    result = make(name).send(MESSAGE, _address(name, server))
    assert result.outcome is Outcome.RETRY
    assert result.cause


@pytest.mark.parametrize("name", REAL)
def test_a_provider_that_hangs_is_left_in_time(name: str, make: Make, server: Provider) -> None:
    server.hold = threading.Event()
    began = stopwatch()
    result = make(name).send(MESSAGE, _address(name, server))
    assert stopwatch() - began < 8
    assert result == Result(Outcome.RETRY, Cause.TIMEOUT)


@pytest.mark.parametrize("name", REAL)
def test_a_provider_that_is_away_is_tried_again(name: str, make: Make, server: Provider) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    server.url = nowhere
    result = make(name).send(MESSAGE, GOOD[name][0].format(url=nowhere))
    assert result.outcome is Outcome.RETRY
    assert server.requests == []


@pytest.mark.parametrize("name", sorted(set(REAL) - {"apprise"}))
def test_wrong_credentials_are_not_tried_again(name: str, make: Make, server: Provider) -> None:
    server.status, server.answer = 403, b""
    assert make(name).send(MESSAGE, _address(name, server)) == Result(Outcome.PERMANENT, Cause.CREDENTIALS)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("alibaba", "120"),
        ("alibaba", "阿婆"),
        ("tencent", "119"),
        ("webhook", "ftp://127.0.0.1/x"),
        ("webhook", "http://[broken"),
        ("wecom_robot", "key&to=all"),
        ("dingtalk_robot", "?"),
        ("apprise", ""),
        ("apprise", "desk/other"),
    ],
)
def test_what_is_no_address_is_given_up_without_a_call(name: str, address: str, make: Make, server: Provider) -> None:
    assert make(name).send(MESSAGE, address) == Result(Outcome.PERMANENT, Cause.BAD_ADDRESS)
    assert server.requests == []


@pytest.mark.parametrize("name", ["alibaba", "tencent"])
def test_a_notice_without_an_approved_template_is_given_up(name: str, make: Make, server: Provider) -> None:
    message = replace(MESSAGE, kind=NoticeKind.LEASE)
    assert make(name).send(message, "+8613800000001") == Result(Outcome.PERMANENT, Cause.TEMPLATE_NOT_CONFIGURED)


@pytest.mark.parametrize(("name", "receipt"), [("alibaba", "biz^0"), ("tencent", "sn:1")])
def test_where_a_receipt_is_expected_the_message_is_only_taken(
    name: str, receipt: str, make: Make, server: Provider
) -> None:
    server.answer = GOOD[name][1]
    assert make(name, receipts=True).send(MESSAGE, "+8613800000001") == Result(Outcome.ACCEPTED, "", receipt)


@pytest.mark.parametrize(
    ("name", "answer", "result"),
    [
        ("alibaba", {"Code": "isv.BUSINESS_LIMIT_CONTROL"}, Result(Outcome.RETRY, Cause.RATE_LIMITED)),
        ("alibaba", {"Code": "isv.MOBILE_NUMBER_ILLEGAL"}, Result(Outcome.PERMANENT, Cause.BAD_ADDRESS)),
        ("alibaba", {"Code": "isv.SMS_TEMPLATE_ILLEGAL"}, Result(Outcome.PERMANENT, "isv.sms_template_illegal")),
        ("alibaba", {"Code": "isp.SYSTEM_ERROR"}, Result(Outcome.RETRY, Cause.PROVIDER_ERROR)),
        ("alibaba", {"Code": "SignatureDoesNotMatch"}, Result(Outcome.PERMANENT, Cause.CREDENTIALS)),
        (
            "tencent",
            {"Response": {"SendStatusSet": [{"Code": "LimitExceeded.PhoneNumberThirtySecondLimit"}]}},
            Result(Outcome.RETRY, Cause.RATE_LIMITED),
        ),
        (
            "tencent",
            {"Response": {"SendStatusSet": [{"Code": "InvalidParameterValue.IncorrectPhoneNumber"}]}},
            Result(Outcome.PERMANENT, Cause.BAD_ADDRESS),
        ),
        (
            "tencent",
            {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "m"}}},
            Result(Outcome.PERMANENT, Cause.CREDENTIALS),
        ),
        ("tencent", {"Response": {"Error": {"Code": "InternalError"}}}, Result(Outcome.RETRY, Cause.PROVIDER_ERROR)),
        ("wecom_robot", {"errcode": 93000}, Result(Outcome.PERMANENT, Cause.ADDRESS_UNKNOWN)),
        ("wecom_robot", {"errcode": 45009}, Result(Outcome.RETRY, Cause.RATE_LIMITED)),
        ("dingtalk_robot", {"errcode": 310000}, Result(Outcome.PERMANENT, Cause.CREDENTIALS)),
        ("dingtalk_robot", {"errcode": -1}, Result(Outcome.RETRY, Cause.PROVIDER_ERROR)),
        ("dingtalk_robot", {"errcode": 40035}, Result(Outcome.PERMANENT, "errcode_40035")),
        ("dingtalk_robot", {}, Result(Outcome.RETRY, Cause.PROVIDER_ERROR)),
    ],
)
def test_a_providers_code_decides(
    name: str, answer: dict[str, object], result: Result, make: Make, server: Provider
) -> None:
    server.answer = msgspec.json.encode(answer)
    assert make(name).send(MESSAGE, GOOD[name][0]) == result


def test_a_webhook_that_is_gone_is_an_unknown_address_and_202_awaits_a_receipt(make: Make, server: Provider) -> None:
    server.status = 410
    gone = make("webhook").send(MESSAGE, f"{server.url}/hook")
    assert gone == Result(Outcome.PERMANENT, Cause.ADDRESS_UNKNOWN)
    server.status = 202
    taken = make("webhook", receipts=True).send(MESSAGE, f"{server.url}/hook")
    assert taken.outcome is Outcome.ACCEPTED
    assert taken.provider_id is not None
    assert taken.provider_id.startswith(MESSAGE.notice_id)
    assert f'"receipt":"{taken.provider_id}"'.encode() in server.requests[-1].body


def test_apprise_reaches_no_kind_of_address_that_was_not_allowed(server: Provider) -> None:
    """An address is typed by people: it must not make the platform write to its own disk or call its own network."""
    channel = AppriseUrl("{address}", frozenset({"tgram"}))
    for address in (f"json://{server.host}", "syslog://", "file:///etc/passwd", "tgram://", "tgram//x"):
        assert channel.send(MESSAGE, address) == Result(Outcome.PERMANENT, Cause.BAD_ADDRESS)
    assert server.requests == []
