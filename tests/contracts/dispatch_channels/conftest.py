"""A provider on loopback, a message, and every adapter set up to send to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from backend.adapters.channels.alibaba_sms import AlibabaSms
from backend.adapters.channels.apprise_url import AppriseUrl
from backend.adapters.channels.http import Http
from backend.adapters.channels.robot import Robot
from backend.adapters.channels.sms_templates import SmsTemplate
from backend.adapters.channels.tencent_sms import TencentSms
from backend.adapters.channels.webhook import Webhook
from backend.services.notices.delivery_ports import Message, SendingChannel
from backend.services.notices.ports import NoticeKind
from contract.vocabulary import Severity
from tests.harness.provider import Provider, provider

NOW = datetime(2026, 11, 24, 3, 12, 45, tzinfo=UTC)
TEMPLATES = {"call_out": SmsTemplate("SMS_1", ("who", "place", "code"))}
MESSAGE = Message(
    notice_id="7b1c2d3e-0000-4000-8000-000000000001",
    kind=NoticeKind.CALL_OUT,
    severity=Severity.EMERGENCY,
    locale="zh-CN",
    title="紧急呼叫",
    short="林阿婆 紧急呼叫 妈祖庙旁 回复 4711",
    long="林阿婆 紧急呼叫\n妈祖庙旁 & 码头\nhttps://care.example/a/x?y=1",
    params={"who": "林阿婆", "place": "妈祖庙旁 & 码头", "code": "4711"},
    link="https://care.example/a/x?y=1",
    code="4711",
)


@pytest.fixture
def server() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def http() -> Iterator[Http]:
    client = Http(connect_seconds=1, answer_seconds=1)
    yield client
    client.close()


@pytest.fixture
def make(server: Provider, http: Http) -> Callable[..., SendingChannel]:
    """An adapter by name, with `receipts` where it can have them."""

    def make(name: str, receipts: bool = False) -> SendingChannel:
        if name == "alibaba":
            return AlibabaSms(
                http, lambda: NOW, lambda: "nonce-1", server.url, "LTAI1", "s3cret", "海岛养老", TEMPLATES, receipts
            )
        if name == "tencent":
            return TencentSms(
                http,
                lambda: NOW,
                server.url,
                "ap-gz",
                "AKID1",
                "s3cret",
                "1400",
                "海岛养老",
                TEMPLATES,
                receipts,
            )
        if name == "webhook":
            return Webhook(http, lambda: NOW, "s3cret", True, receipts)
        if name in ("wecom_robot", "dingtalk_robot"):
            return Robot(http, lambda: NOW, name, f"{server.url}/robot/send")  # type: ignore[arg-type]
        return AppriseUrl(f"ntfy://{server.host}/{{address}}", frozenset({"ntfy"}), seconds=2)

    return make
