"""What the steps of a timeline are called on paper, in both languages; the desk has longer words of its own."""

from __future__ import annotations

from typing import Final

from backend.domain.alert.model import EntryKind
from contract.vocabulary import Label

WORDS: Final[dict[EntryKind, Label]] = {
    EntryKind.RAISED: Label("报警", "Alarm raised"),
    EntryKind.PRESSED_AGAIN: Label("又按了一次", "Pressed again"),
    EntryKind.CANCELLED: Label(
        "终端上取消（仍需与本人通话确认）", "Cancelled at the terminal (still speak to the person)"
    ),
    EntryKind.CLEARED: Label("情况解除", "Condition cleared"),
    EntryKind.CLEARED_BEFORE: Label("迟到的解除消息，早于本次报警", "A late all-clear from before this alarm"),
    EntryKind.REACTIVATED: Label("再次出现", "Active again"),
    EntryKind.RECEIVED_EARLIER: Label(
        "网关更早已收到，时间已更正", "A gateway had received it earlier; time corrected"
    ),
    EntryKind.PRESS_MISSING: Label("紧急呼叫未收到", "SOS presses never arrived"),
    EntryKind.PRESS_FOUND: Label("缺少的呼叫迟到了", "A missing press came in after all"),
    EntryKind.ACCEPTED: Label("接警", "Accepted"),
    EntryKind.TAKEN_OVER: Label("接手", "Taken over"),
    EntryKind.DISPATCHED: Label("派人", "Dispatched"),
    EntryKind.EN_ROUTE: Label("在路上", "On the way"),
    EntryKind.ARRIVED: Label("已到达", "Arrived"),
    EntryKind.CLOSED: Label("结案", "Closed"),
    EntryKind.NOTED: Label("备注", "Note"),
    EntryKind.REQUEUED: Label("无人回应，重新排队响铃", "No reaction: waiting and ringing again"),
    EntryKind.LEASE_WARNED: Label("接警人久无动静，即将重新响铃", "The holder has been silent: a warning"),
    EntryKind.LEASE_RAN_OUT: Label("接警人久无动静，重新响铃", "The holder stayed silent: ringing again"),
    EntryKind.HANDED_OVER: Label("转交，等待接手", "Handed over, waiting for somebody to take it"),
    EntryKind.SEVERITY_RAISED: Label("升级严重程度", "Severity raised"),
    EntryKind.ESCALATED: Label("升级：通知下一批", "Escalated: the next were told"),
    EntryKind.STEP_SKIPPED: Label("此步无人可通知，立即跳过", "Nobody to be told in this step: skipped at once"),
    EntryKind.OFFERED: Label("同时显示在其他坐席", "Shown at other desks as well"),
    EntryKind.HELD: Label("请求稍候", "A moment was asked for"),
    EntryKind.RESUMED: Label("继续升级", "Escalation goes on"),
    EntryKind.NOBODY_REACHED: Label("无人应答，区级紧急", "Nobody was reached: emergency at the district desk"),
    EntryKind.NOBODY_ON_DUTY: Label("无人值班，区级紧急", "Nobody is on duty: emergency at the district desk"),
    EntryKind.ALL_CHANNELS_FAILED: Label(
        "所有通道失败，区级紧急", "All channels failed: emergency at the district desk"
    ),
    EntryKind.ENDED_TOLD: Label("已告知所有接到通知的人", "Everyone who was alarmed is told how it ended"),
    EntryKind.NOTICE_SENT: Label("通知已发出", "Notice sent"),
    EntryKind.NOTICE_DELIVERED: Label("通知已送达", "Notice delivered"),
    EntryKind.NOTICE_FAILED: Label("通知未送达", "Notice failed"),
    EntryKind.NOTICE_PASSED: Label("对方表示不能去", "They passed"),
    EntryKind.RESPONDER_OPENED: Label("对方已打开链接", "The link was opened"),
    EntryKind.RESPONDER_ACCEPTED: Label("上门人员接受", "A responder accepted"),
    EntryKind.RESPONDER_EN_ROUTE: Label("上门人员在路上", "A responder is on the way"),
    EntryKind.RESPONDER_ARRIVED: Label("上门人员已到达", "A responder has arrived"),
    EntryKind.RESPONDER_DONE: Label("上门人员已处理完", "A responder is done"),
    EntryKind.RESPONDER_ALARM: Label("上门人员求助或失联", "A responder needs help or is silent"),
    EntryKind.KEY_USED: Label("使用了钥匙", "A key was used"),
    EntryKind.CALLED: Label("拨打电话", "Call made"),
    EntryKind.CALL_ENDED: Label("通话结束", "Call ended"),
    EntryKind.VOICE_CONTACT: Label("已与本人通话", "Spoken with the person"),
    EntryKind.NO_VOICE: Label("无人应声", "No voice"),
    EntryKind.SCRIPT_STEP: Label("处置步骤", "Step of the script"),
    EntryKind.HANDED_TO_120: Label("移交 120", "Handed to 120"),
    EntryKind.WORK_ORDER_MADE: Label("已生成工单", "Work order made"),
    EntryKind.AUDITED: Label("审计", "Audited"),
    EntryKind.REVIEW_OPENED: Label("已开启复核", "Review opened"),
    EntryKind.ANSWER_SENT: Label("已告知终端", "Terminal was told"),
    EntryKind.ANSWER_CONFIRMED: Label("终端确认", "Terminal confirmed"),
    EntryKind.ANSWER_FAILED: Label("终端没有执行", "Terminal did not do it"),
    EntryKind.ANSWER_EXPIRED: Label("没有送达终端", "Not delivered to the terminal"),
    EntryKind.TEST_CONFIRMED: Label("技术员确认为测试", "Confirmed as a test by the technician"),
    EntryKind.TEST_BECAME_REAL: Label("测试未确认，按真实报警处理", "The test was not confirmed: a real alarm"),
}
