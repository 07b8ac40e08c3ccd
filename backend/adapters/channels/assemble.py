"""How the channels of the file become senders, rates, and secrets by which receipts are let in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from backend.adapters.channels.alibaba_sms import AlibabaSms
from backend.adapters.channels.apprise_url import AppriseUrl
from backend.adapters.channels.config import (
    AlibabaConfig,
    AppriseConfig,
    ChannelConfig,
    ChannelsFile,
    DingtalkRobotConfig,
    Template,
    TencentConfig,
    WebhookConfig,
    WecomRobotConfig,
    read_secret,
)
from backend.adapters.channels.desk_calls import DeskCalls
from backend.adapters.channels.http import Http
from backend.adapters.channels.robot import Robot
from backend.adapters.channels.sms_templates import SmsTemplate
from backend.adapters.channels.tencent_sms import TencentSms
from backend.adapters.channels.webhook import Webhook
from backend.domain.delivery.rate import Rate, per_minute
from backend.domain.escalation.targets import Channel
from backend.services.alarm.ports import Clock, Ids
from backend.services.notices.delivery_ports import SendingChannel
from backend.services.notices.ports import NoticeKind
from backend.services.notices.receipt_ports import ReceiptDoor


@dataclass(frozen=True, slots=True)
class Channels:
    """What the file comes to. `admit`: whether a channel's rate allows one more now, else when to come again."""

    senders: Mapping[Channel, SendingChannel]
    doors: tuple[ReceiptDoor, ...]
    admit: Callable[[Channel, datetime], datetime | None]


def assemble(file: ChannelsFile, path: Path, http: Http, clock: Clock, ids: Ids) -> Channels:
    """`path`: named where a secret cannot be read. Raises `ChannelsRefused`."""
    maker = _Maker(path, http, clock, ids)
    senders: dict[Channel, SendingChannel] = {Channel.VOICE: DeskCalls()}
    for channel, config in file.channels.items():
        senders[channel] = maker.sender(config)
    doors = [door for channel, config in file.channels.items() for door in maker.doors(channel, config)]
    rates = {
        channel: per_minute(config.rate_per_minute)
        for channel, config in file.channels.items()
        if config.rate_per_minute is not None
    }
    return Channels(senders, tuple(doors), _Rates(rates))


class _Rates:
    """The rates of this process, for all its threads."""

    def __init__(self, rates: Mapping[Channel, Rate]) -> None:
        self._rates = rates
        self._lock = threading.Lock()

    def __call__(self, channel: Channel, now: datetime) -> datetime | None:
        rate = self._rates.get(channel)
        if rate is None:
            return None
        with self._lock:
            return rate.admit(now)


@dataclass(frozen=True, slots=True)
class _Maker:
    path: Path
    http: Http
    clock: Clock
    ids: Ids

    def sender(self, config: ChannelConfig) -> SendingChannel:
        match config:
            case AlibabaConfig():
                return self._alibaba(config)
            case TencentConfig():
                return self._tencent(config)
            case WebhookConfig():
                secret = read_secret(self.path, config.secret_file)
                receipts = config.receipt_secret_file is not None
                return Webhook(self.http, self.clock.now, secret, config.plain_http, receipts)
            case WecomRobotConfig():
                return Robot(self.http, self.clock.now, "wecom_robot", config.endpoint)
            case DingtalkRobotConfig():
                return Robot(self.http, self.clock.now, "dingtalk_robot", config.endpoint)
            case AppriseConfig():
                secret = read_secret(self.path, config.secret_file) if config.secret_file else ""
                url = config.url.replace("{secret}", quote(secret, safe=""))
                return AppriseUrl(url, frozenset(schema.lower() for schema in config.schemas))

    def _alibaba(self, config: AlibabaConfig) -> AlibabaSms:
        return AlibabaSms(
            http=self.http,
            now=self.clock.now,
            nonce=self.ids.new,
            endpoint=config.endpoint,
            key_id=config.access_key_id,
            secret=read_secret(self.path, config.access_key_secret_file),
            sign_name=config.sign_name,
            templates=_templates(config.templates),
            expects_receipt=config.receipt_secret_file is not None,
        )

    def _tencent(self, config: TencentConfig) -> TencentSms:
        return TencentSms(
            http=self.http,
            now=self.clock.now,
            endpoint=config.endpoint,
            region=config.region,
            secret_id=config.secret_id,
            secret_key=read_secret(self.path, config.secret_key_file),
            app_id=config.app_id,
            sign_name=config.sign_name,
            templates=_templates(config.templates),
            expects_receipt=config.receipt_secret_file is not None,
        )

    def doors(self, channel: Channel, config: ChannelConfig) -> list[ReceiptDoor]:
        match config:
            case AlibabaConfig(receipt_secret_file=str(file)):
                return [ReceiptDoor("alibaba", channel, read_secret(self.path, file))]
            case TencentConfig(receipt_secret_file=str(file)):
                return [ReceiptDoor("tencent", channel, read_secret(self.path, file))]
            case WebhookConfig(receipt_secret_file=str(file)):
                return [ReceiptDoor("webhook", channel, read_secret(self.path, file))]
            case _:
                return []


def _templates(templates: Mapping[NoticeKind, Template]) -> dict[str, SmsTemplate]:
    return {str(kind): SmsTemplate(template.code, template.params) for kind, template in templates.items()}
