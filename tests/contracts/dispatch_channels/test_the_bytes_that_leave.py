"""What a provider receives, to the byte, with each signature checked by other code than the one that made it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, quote, urlsplit

from backend.services.notices.delivery_ports import SendingChannel
from tests.contracts.dispatch_channels.conftest import MESSAGE
from tests.harness.provider import Provider, Received

Make = Callable[..., SendingChannel]


def _hex(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _acs3_is_right(request: Received, secret: str) -> bool:
    """Rebuilt from the request alone, as the provider does it."""
    found = re.fullmatch(
        r"ACS3-HMAC-SHA256 Credential=(\w+),SignedHeaders=([a-z0-9;-]+),Signature=([0-9a-f]{64})",
        request.headers["authorization"],
    )
    assert found is not None
    names = found[2].split(";")
    must = {name for name in request.headers if name.startswith("x-acs-") or name == "host"}
    query = "&".join(
        sorted(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in parse_qsl(urlsplit(request.target).query))
    )
    headers = "".join(f"{name}:{request.headers[name]}\n" for name in names)
    canonical = f"POST\n/\n{query}\n{headers}\n{found[2]}\n{request.headers['x-acs-content-sha256']}"
    signature = _hex(secret.encode(), "ACS3-HMAC-SHA256\n" + _digest(canonical.encode()))
    fresh = request.headers["x-acs-content-sha256"] == _digest(request.body)
    return must <= set(names) and fresh and hmac.compare_digest(signature, found[3])


def _tc3_is_right(request: Received, secret: str) -> bool:
    found = re.fullmatch(
        r"TC3-HMAC-SHA256 Credential=(\w+)/(\d{4}-\d\d-\d\d)/sms/tc3_request, SignedHeaders=([a-z;-]+), "
        r"Signature=([0-9a-f]{64})",
        request.headers["authorization"],
    )
    assert found is not None
    names = found[3].split(";")
    headers = "".join(f"{name}:{request.headers[name].lower()}\n" for name in names)
    canonical = f"POST\n/\n\n{headers}\n{found[3]}\n{_digest(request.body)}"
    stamp, scope = request.headers["x-tc-timestamp"], f"{found[2]}/sms/tc3_request"
    text = f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{_digest(canonical.encode())}"
    key = ("TC3" + secret).encode()
    for part in (found[2], "sms", "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return {"content-type", "host"} <= set(names) and _hex(key, text) == found[4]


def test_alibaba_gets_a_signed_call_with_the_template_and_its_facts(make: Make, server: Provider) -> None:
    server.answer = b'{"Code":"OK","BizId":"b"}'
    make("alibaba").send(MESSAGE, "138 0000 0001")
    request = server.only
    assert (request.method, urlsplit(request.target).path, request.body) == ("POST", "/", b"")
    assert dict(parse_qsl(urlsplit(request.target).query)) == {
        "PhoneNumbers": "13800000001",
        "SignName": "海岛养老",
        "TemplateCode": "SMS_1",
        "TemplateParam": '{"who":"林阿婆","place":"妈祖庙旁 & 码头","code":"4711"}',
        "OutId": MESSAGE.notice_id,
    }
    assert request.headers["host"] == server.host
    assert request.headers["x-acs-action"] == "SendSms"
    assert request.headers["x-acs-version"] == "2017-05-25"
    assert request.headers["x-acs-date"] == "2026-11-24T03:12:45Z"
    assert _acs3_is_right(request, "s3cret")
    assert not _acs3_is_right(request, "another")


def test_alibaba_gets_a_foreign_number_with_its_country(make: Make, server: Provider) -> None:
    server.answer = b'{"Code":"OK"}'
    make("alibaba").send(MESSAGE, "+852 5123 4567")
    assert dict(parse_qsl(urlsplit(server.only.target).query))["PhoneNumbers"] == "85251234567"


def test_tencent_gets_a_signed_document(make: Make, server: Provider) -> None:
    server.answer = b'{"Response":{"SendStatusSet":[{"Code":"Ok"}]}}'
    make("tencent").send(MESSAGE, "13800000001")
    request = server.only
    assert (request.method, request.target) == ("POST", "/")
    assert json.loads(request.body) == {
        "PhoneNumberSet": ["+8613800000001"],
        "SmsSdkAppId": "1400",
        "SignName": "海岛养老",
        "TemplateId": "SMS_1",
        "TemplateParamSet": ["林阿婆", "妈祖庙旁 & 码头", "4711"],
        "SessionContext": MESSAGE.notice_id,
    }
    assert request.headers["x-tc-action"] == "SendSms"
    assert request.headers["x-tc-version"] == "2021-01-11"
    assert request.headers["x-tc-region"] == "ap-gz"
    assert _tc3_is_right(request, "s3cret")
    assert not _tc3_is_right(request, "another")


def test_a_webhook_gets_a_signed_document_and_the_same_id_each_time(make: Make, server: Provider) -> None:
    webhook = make("webhook")
    for _ in range(2):
        webhook.send(MESSAGE, f"{server.url}/hook?team=1")
    first, second = server.requests
    assert first.target == "/hook?team=1"
    assert first.body == second.body
    assert first.headers["care-id"] == second.headers["care-id"] == MESSAGE.notice_id
    stamp = first.headers["care-timestamp"]
    assert stamp == "1795489965"
    assert first.headers["care-signature"] == "v1=" + _hex(b"s3cret", stamp + "." + first.body.decode())
    assert json.loads(first.body) == {
        "id": MESSAGE.notice_id,
        "kind": "call_out",
        "severity": "emergency",
        "locale": "zh-CN",
        "title": "紧急呼叫",
        "text": MESSAGE.long,
        "link": "https://care.example/a/x?y=1",
        "code": "4711",
        "receipt": None,
    }


def test_wecoms_robot_gets_its_key_and_the_text(make: Make, server: Provider) -> None:
    server.answer = b'{"errcode":0}'
    make("wecom_robot").send(MESSAGE, "693a91f6-7xxx")
    assert server.only.target == "/robot/send?key=693a91f6-7xxx"
    assert json.loads(server.only.body) == {"msgtype": "text", "text": {"content": MESSAGE.long}}


def test_dingtalks_robot_gets_its_token_and_a_signature(make: Make, server: Provider) -> None:
    server.answer = b'{"errcode":0}'
    make("dingtalk_robot").send(MESSAGE, "566cc69da782ec33b0b4/SECabc")
    query = dict(parse_qsl(urlsplit(server.only.target).query))
    expected = hmac.digest(b"SECabc", f"{query['timestamp']}\nSECabc".encode(), "sha256")
    assert query["access_token"] == "566cc69da782ec33b0b4"
    assert base64.b64decode(query["sign"]) == expected
    assert json.loads(server.only.body)["text"]["content"] == MESSAGE.long


def test_ntfy_gets_title_and_text_through_apprise(make: Make, server: Provider) -> None:
    make("apprise").send(MESSAGE, "care-desk_1")
    document = json.loads(server.only.body)
    assert (document["title"], document["message"]) == (MESSAGE.title, MESSAGE.long)
    assert "tags" in document or "topic" in document
    assert server.only.headers["host"] == server.host
