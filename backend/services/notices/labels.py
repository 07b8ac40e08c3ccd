"""The words for what the delivery log shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backend.domain.delivery.model import Cause, NoticeState, Outcome
from backend.domain.escalation.targets import Channel
from backend.services.notices.ports import NoticeKind
from contract.vocabulary import Label

KINDS: Final[Mapping[NoticeKind, Label]] = {
    NoticeKind.CALL_OUT: Label("求助", "Call-out"),
    NoticeKind.DESK_TROUBLE: Label("值守告急", "Trouble at the desk"),
    NoticeKind.LEASE: Label("久未更新提醒", "Silent holder"),
    NoticeKind.ENDED: Label("结束告知", "How it ended"),
    NoticeKind.WORK_ORDER: Label("工单", "Work order"),
    NoticeKind.FOLLOW_UP: Label("回访", "Follow-up"),
    NoticeKind.ROSTER_GAP: Label("排班缺口", "Roster gap"),
    NoticeKind.VERIFY: Label("联系方式验证", "Proof of a contact"),
    NoticeKind.ADVISORY: Label("提示", "Advisory"),
}
STATES: Final[Mapping[NoticeState, Label]] = {
    NoticeState.PENDING: Label("待发", "Waiting"),
    NoticeState.SENDING: Label("发送中", "Being sent"),
    NoticeState.DELIVERED: Label("已送达", "Delivered"),
    NoticeState.PASSED: Label("对方不能去", "Passed"),
    NoticeState.FAILED: Label("所有通道失败", "All channels failed"),
    NoticeState.CANCELLED: Label("已取消", "Cancelled"),
    NoticeState.EXPIRED: Label("已过期", "Expired"),
}
OUTCOMES: Final[Mapping[Outcome, Label]] = {
    Outcome.DELIVERED: Label("已送达", "Delivered"),
    Outcome.ACCEPTED: Label("服务商已受理", "Taken by the provider"),
    Outcome.RETRY: Label("失败，将重试", "Failed, tried again"),
    Outcome.PERMANENT: Label("失败", "Failed"),
}
CHANNELS: Final[Mapping[Channel, Label]] = {
    Channel.DESK: Label("值守屏幕", "Desk"),
    Channel.VOICE: Label("电话", "Call"),
    Channel.SMS: Label("短信", "Text message"),
    Channel.WECOM: Label("企业微信", "WeCom"),
    Channel.DINGTALK: Label("钉钉", "DingTalk"),
    Channel.FEISHU: Label("飞书", "Feishu"),
    Channel.EMAIL: Label("电子邮件", "E-mail"),
    Channel.NTFY: Label("ntfy", "ntfy"),
    Channel.WEBPUSH: Label("网页推送", "Web push"),
    Channel.WEBHOOK: Label("Webhook", "Webhook"),
    Channel.APPRISE: Label("其他", "Other"),
}
CAUSES: Final[Mapping[Cause, Label]] = {
    Cause.TIMEOUT: Label("服务商超时", "The provider took too long"),
    Cause.UNREACHABLE: Label("连不上服务商", "The provider cannot be reached"),
    Cause.PROVIDER_ERROR: Label("服务商出错", "The provider has an error"),
    Cause.RATE_LIMITED: Label("服务商限流", "The provider limits the rate"),
    Cause.BAD_ADDRESS: Label("联系方式格式不对", "Not an address of this channel"),
    Cause.ADDRESS_UNKNOWN: Label("号码或账号不存在", "No such number or account"),
    Cause.REFUSED: Label("服务商拒绝", "Refused by the provider"),
    Cause.CREDENTIALS: Label("服务商密钥无效", "The provider refuses our credentials"),
    Cause.CHANNEL_NOT_CONFIGURED: Label("该通道未配置", "The channel is not configured"),
    Cause.TEMPLATE_NOT_CONFIGURED: Label("该类通知没有短信模板", "No text-message template for this kind"),
    Cause.CONTACT_POINT_GONE: Label("联系方式已删除", "The contact point was deleted"),
    Cause.CONTACT_POINT_DISABLED: Label("联系方式已停用", "The contact point is disabled"),
    Cause.CONTACT_POINT_UNVERIFIED: Label("联系方式未验证", "The contact point is not proved"),
    Cause.VOICE_ONLY: Label("此消息只能电话告知", "To be told by voice only"),
    Cause.CALL_TO_MAKE: Label("等坐席打电话", "An operator has to call"),
    Cause.CALL_NOT_ANSWERED: Label("电话无人接听", "Nobody answered the call"),
    Cause.FAULT: Label("平台内部错误", "An error of the platform"),
    Cause.UNREADABLE: Label("记录无法读取", "What is on record cannot be read"),
    Cause.NO_RECEIPT: Label("没有等到回执", "No receipt has come"),
    Cause.NO_CONTACT_POINT: Label("没有联系方式", "No contact point"),
    Cause.DEADLINE: Label("超过时限", "Past its deadline"),
    Cause.SHOWN_AT_DESK: Label("值守屏幕已显示", "Shown at the desk"),
    Cause.DEMO_NOT_SENT: Label("演示：未发送", "Demo: not sent"),
}
