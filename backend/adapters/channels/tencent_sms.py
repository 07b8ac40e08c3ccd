"""Text messages through Tencent Cloud (SendSms, 2021-01-11), and which of its codes are worth another attempt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from backend.adapters.channels.http import AwayError, Http
from backend.adapters.channels.signatures import tc3
from backend.adapters.channels.sms_templates import SmsTemplate, values
from backend.domain.delivery.model import Cause, Outcome, Result
from backend.services.notices.delivery_ports import Message
from backend.services.telephony.numbers import BadNumber, subscriber

_VERSION: Final = "2021-01-11"
_CONTENT_TYPE: Final = "application/json; charset=utf-8"
_RETRY: Final = (
    "LimitExceeded",
    "InternalError",
    "RequestLimitExceeded",
    "ResourceInsufficient",
    "ResourceUnavailable",
)
"""Also with a detail behind a dot."""
_ALSO_RETRY: Final = {"FailedOperation.InsufficientBalanceInSmsPackage": "failedoperation.insufficient_balance"}
_PERMANENT: Final = {
    "InvalidParameterValue.IncorrectPhoneNumber": Cause.BAD_ADDRESS,
    "AuthFailure.SignatureFailure": Cause.CREDENTIALS,
    "AuthFailure.SecretIdNotFound": Cause.CREDENTIALS,
    "AuthFailure.SignatureExpire": Cause.CREDENTIALS,
}
_UNKNOWN_NUMBER: Final = frozenset({"MK:0001", "CB:0001", "UNDELIV:0001", "MOBILE_NOT_EXIST", "SPACE_NUMBER"})


@dataclass(frozen=True, slots=True)
class TencentSms:
    """`SendingChannel`. `expects_receipt`: delivery is reported later; else what the provider took counts as told."""

    http: Http
    now: Callable[[], datetime]
    endpoint: str
    region: str
    secret_id: str
    secret_key: str
    app_id: str
    sign_name: str
    templates: Mapping[str, SmsTemplate]
    expects_receipt: bool

    def send(self, message: Message, address: str) -> Result:
        """`SessionContext` is the notice's id."""
        template = self.templates.get(message.kind)
        if template is None:
            return Result(Outcome.PERMANENT, Cause.TEMPLATE_NOT_CONFIGURED)
        try:
            number = subscriber(address)
        except BadNumber:
            return Result(Outcome.PERMANENT, Cause.BAD_ADDRESS)
        body = msgspec.json.encode(
            {
                "PhoneNumberSet": [number],
                "SmsSdkAppId": self.app_id,
                "SignName": self.sign_name,
                "TemplateId": template.code,
                "TemplateParamSet": list(values(template, message).values()),
                "SessionContext": message.notice_id,
            }
        )
        try:
            answered = self.http.post(f"{self.endpoint}/", self._headers(body), body)
        except AwayError as away:
            return away.result
        response = answered.json.get("Response")
        if not isinstance(response, dict):
            return answered.refusal() or Result(Outcome.RETRY, Cause.PROVIDER_ERROR)
        return self._judge(response)

    def _judge(self, response: Mapping[str, Any]) -> Result:
        error = response.get("Error")
        if isinstance(error, dict):
            return judged(str(error.get("Code", "")))
        statuses = response.get("SendStatusSet")
        status = statuses[0] if isinstance(statuses, list) and statuses and isinstance(statuses[0], dict) else {}
        code, serial = str(status.get("Code", "")), status.get("SerialNo")
        if code.lower() != "ok":
            return judged(code)
        if self.expects_receipt and isinstance(serial, str) and serial:
            return Result(Outcome.ACCEPTED, "", serial[:128])
        return Result(Outcome.DELIVERED, "")

    def _headers(self, body: bytes) -> dict[str, str]:
        at = self.now()
        signed = {
            "content-type": _CONTENT_TYPE,
            "host": urlsplit(self.endpoint).netloc,
            "x-tc-action": "SendSms",
        }
        return {
            **signed,
            "x-tc-version": _VERSION,
            "x-tc-region": self.region,
            "x-tc-timestamp": str(int(at.timestamp())),
            "authorization": tc3(self.secret_id, self.secret_key, "sms", signed, body, at),
        }


def judged(code: str) -> Result:
    """What a code of the provider means for the attempt. One that nobody listed is not tried again."""
    if code in _ALSO_RETRY:
        return Result(Outcome.RETRY, _ALSO_RETRY[code])
    family = code.partition(".")[0]
    if family in _RETRY:
        limit = "Limit" in family
        return Result(Outcome.RETRY, Cause.RATE_LIMITED if limit else Cause.PROVIDER_ERROR)
    return Result(Outcome.PERMANENT, _PERMANENT.get(code) or code.lower()[:128] or Cause.REFUSED)


def report_cause(code: str) -> str:
    """What a code of a delivery report says about the number."""
    return Cause.ADDRESS_UNKNOWN if code.upper() in _UNKNOWN_NUMBER else code.lower()[:128]
