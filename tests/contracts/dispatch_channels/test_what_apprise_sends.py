"""Channels that go through apprise: the bytes that Feishu, a mail server and a browser's push service get."""

from __future__ import annotations

import base64
import email
import email.policy
import json
import os
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apprise.plugins.feishu import NotifyFeishu
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import NameOID

from backend.adapters.channels.apprise_url import AppriseUrl
from backend.domain.delivery.model import Cause, Outcome, Result
from tests.contracts.dispatch_channels.conftest import MESSAGE, NOW
from tests.harness.mail import Mailbox, mailbox
from tests.harness.provider import Provider, provider

DELIVERED = Result(Outcome.DELIVERED)
FAILED = Result(Outcome.RETRY, Cause.PROVIDER_ERROR)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as running:
        yield running


def test_feishu_gets_the_text_and_its_refusal_is_heard(server: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifyFeishu, "notify_url", f"{server.url}/hook/{{token}}/")
    channel = AppriseUrl("feishu://{address}", frozenset({"feishu"}))
    server.answer = b'{"code":0,"msg":"success","data":{}}'
    assert channel.send(MESSAGE, "abc123") == DELIVERED
    document = json.loads(server.only.body)
    assert server.only.target == "/hook/abc123/"
    assert MESSAGE.long.splitlines()[0] in document["content"]["text"]
    server.answer = b'{"code":19001,"msg":"param invalid"}'
    assert channel.send(MESSAGE, "abc123") == FAILED


def test_a_provider_that_points_elsewhere_is_not_followed(server: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifyFeishu, "notify_url", f"{server.url}/hook/{{token}}/")
    server.status, server.location = 307, f"{server.url}/elsewhere"
    assert AppriseUrl("feishu://{address}", frozenset({"feishu"})).send(MESSAGE, "abc123") == FAILED
    assert server.only.target == "/hook/abc123/"


def test_a_mail_has_subject_and_text_and_goes_to_one_address(box: Mailbox) -> None:
    url = f"mailto://127.0.0.1:{box.port}?from=care@example.cn&to={{address}}&mode=insecure&format=text"
    channel = AppriseUrl(url, frozenset({"mailto"}))
    for several in ("chen@example.cn&to=all@example.cn", "chen@example.cn,all@example.cn", "chen@example.cn all@x.cn"):
        assert channel.send(MESSAGE, several) == Result(Outcome.PERMANENT, Cause.BAD_ADDRESS)
    assert box.mails == []
    assert channel.send(MESSAGE, "chen@example.cn") == DELIVERED
    ((recipients, raw),) = box.mails
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert recipients == ["rcpt TO:<chen@example.cn>"]
    assert mail["subject"] == MESSAGE.title
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").strip() == MESSAGE.long
    box.refuse = True
    assert channel.send(MESSAGE, "nobody@example.cn") == FAILED


def test_a_browser_gets_the_text_encrypted_for_it_alone(tmp_path: Path) -> None:
    browser, secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    (tmp_path / "vapid.pem").write_bytes(_pem(ec.generate_private_key(ec.SECP256R1())))
    with provider(_tls(tmp_path)) as service:
        keys = {"p256dh": _b64(_point(browser.public_key())), "auth": _b64(secret)}
        subscription = {"p1": {"endpoint": f"{service.url}/push/abc", "keys": keys}}
        (tmp_path / "subscriptions.json").write_text(json.dumps(subscription))
        files = f"keyfile={tmp_path}/vapid.pem&subfile={tmp_path}/subscriptions.json"
        url = f"vapid://care@example.cn/{{address}}?{files}&ttl=60&verify=no"
        channel = AppriseUrl(url, frozenset({"vapid"}))
        service.status = 201
        assert channel.send(MESSAGE, "p1") == DELIVERED
        request = service.only
        assert (request.target, request.headers["ttl"]) == ("/push/abc", "60")
        assert request.headers["authorization"].startswith("vapid t=")
        assert MESSAGE.long in _decrypted(request.body, browser, secret)
        assert channel.send(MESSAGE, "nobody") == FAILED


def _decrypted(body: bytes, browser: ec.EllipticCurvePrivateKey, secret: bytes) -> str:
    """RFC 8291, by hand."""
    salt, length = body[:16], body[20]
    sender, sealed = body[21 : 21 + length], body[21 + length :]
    shared = browser.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
    info = b"WebPush: info\0" + _point(browser.public_key()) + sender
    key = _hkdf(secret, shared, info, 32)
    opened = AESGCM(_hkdf(salt, key, b"Content-Encoding: aes128gcm\0", 16)).decrypt(
        _hkdf(salt, key, b"Content-Encoding: nonce\0", 12), sealed, None
    )
    return opened.rstrip(b"\0").removesuffix(b"\x02").decode()


def _hkdf(salt: bytes, key: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(key)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    no_password = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, no_password)


def _tls(folder: Path) -> ssl.SSLContext:
    """A server's certificate that it has signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(NOW + timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.pem").write_bytes(_pem(key) + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "tls.pem")
    return context
