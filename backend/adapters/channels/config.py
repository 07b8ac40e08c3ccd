"""What `config/channels.toml` may say: which channel leaves by which provider. An error names file and place."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import msgspec

from backend.domain.escalation.targets import Channel
from backend.services.notices.ports import NoticeKind

_Rate: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
_Url: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^https?://[^/\s]+[^/\s?#]$")]
_Text: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
NOT_HERE: Final = frozenset({Channel.DESK, Channel.VOICE})
"""The screen, and the operators' list of calls to make: they need no provider."""


class ChannelsRefused(Exception):  # noqa: N818 - a refusal is an answer
    """The file cannot be used. The text says where, what is wrong and what to do, in both languages."""


class _Strict(msgspec.Struct, forbid_unknown_fields=True, tag_field="adapter", kw_only=True, frozen=True):
    """`rate_per_minute`: at most so many notices that are no emergency, per process."""

    rate_per_minute: _Rate | None = None


class Template(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A text that the provider has approved: its id, and the facts that fill its variables, in their order."""

    code: _Text
    params: tuple[str, ...] = ()


class AlibabaConfig(_Strict, tag="alibaba_sms", kw_only=True, frozen=True):
    """`receipt_secret_file`: reports are sent to `/receipts/alibaba/<its content>`; without it none is expected."""

    access_key_id: _Text
    access_key_secret_file: _Text
    sign_name: _Text
    templates: dict[NoticeKind, Template]
    endpoint: _Url = "https://dysmsapi.aliyuncs.com"
    receipt_secret_file: _Text | None = None


class TencentConfig(_Strict, tag="tencent_sms", kw_only=True, frozen=True):
    """As `alibaba_sms`; reports to `/receipts/tencent/<content of the file>`."""

    secret_id: _Text
    secret_key_file: _Text
    app_id: _Text
    sign_name: _Text
    templates: dict[NoticeKind, Template]
    region: _Text = "ap-guangzhou"
    endpoint: _Url = "https://sms.tencentcloudapi.com"
    receipt_secret_file: _Text | None = None


class WebhookConfig(_Strict, tag="webhook", kw_only=True, frozen=True):
    """`plain_http`: addresses without TLS are allowed as well; only inside a network of one's own."""

    secret_file: _Text
    plain_http: bool = False
    receipt_secret_file: _Text | None = None


class WecomRobotConfig(_Strict, tag="wecom_robot", kw_only=True, frozen=True):
    """An address is the robot's key."""

    endpoint: _Url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"


class DingtalkRobotConfig(_Strict, tag="dingtalk_robot", kw_only=True, frozen=True):
    """An address is the robot's token, with `/` and its signing secret behind it where it has one."""

    endpoint: _Url = "https://oapi.dingtalk.com/robot/send"


class AppriseConfig(_Strict, tag="apprise", kw_only=True, frozen=True):
    """`url`: an apprise URL with `{address}`, and `{secret}` for the content of `secret_file`.

    `{address}` alone: each address is a URL itself. `schemas`: which kinds of URL are allowed.
    """

    url: Annotated[str, msgspec.Meta(pattern=r"\{address\}", max_length=512)]
    schemas: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    secret_file: _Text | None = None


ChannelConfig: TypeAlias = (
    AlibabaConfig | TencentConfig | WebhookConfig | WecomRobotConfig | DingtalkRobotConfig | AppriseConfig
)


class ChannelsFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`channels`: by channel. `mask_names`: residents' names are shortened for those who are only informed."""

    mask_names: bool = True
    channels: dict[Channel, ChannelConfig] = msgspec.field(default_factory=dict)


def read_channels(path: Path) -> ChannelsFile:
    """The file. Raises `ChannelsRefused`."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        found = msgspec.convert(raw, ChannelsFile, strict=True)
    except FileNotFoundError:
        raise _refused(path, "没有这个文件", "the file is missing") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _refused(path, f"不是有效的 TOML：{error}", f"not TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise _refused(path, f"内容有误：{error}", f"wrong content: {error}") from None
    wrong = sorted(NOT_HERE & set(found.channels))
    if wrong:
        raise _refused(path, f"通道 {wrong[0]} 不需要配置，请删除", f"remove channel {wrong[0]}: it needs no provider")
    return found


def read_secret(path: Path, name: str) -> str:
    """The content of a secret's file, without the line's end. Raises `ChannelsRefused`, never with the content."""
    file = Path(name)
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise _refused(path, f"读不到密钥文件 {name}", f"cannot read the secret's file {name}") from None
    if not secret or file.stat().st_mode & 0o077:
        raise _refused(
            path, f"密钥文件 {name} 为空，或权限不是 0600", f"the secret's file {name} is empty or not of mode 0600"
        )
    return secret


def _refused(path: Path, zh: str, en: str) -> ChannelsRefused:
    return ChannelsRefused(f"{path}：{zh} / {path}: {en}")
