"""Text messages through Alibaba Cloud (SendSms, 2017-05-25), and which of its codes are worth another attempt."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec

from backend.adapters.channels.http import AwayError, Http
from backend.adapters.channels.numbers import mainland_or_full
from backend.adapters.channels.signatures import acs3, canonical_query
from backend.adapters.channels.sms_templates import SmsTemplate, values
from backend.domain.delivery.model import Cause, Outcome, Result
from backend.services.notices.delivery_ports import Message
from backend.services.telephony.numbers import BadNumber

_VERSION: Final = "2017-05-25"
_RETRY: Final = {
    "isv.BUSINESS_LIMIT_CONTROL": Cause.RATE_LIMITED,
    "isv.DAY_LIMIT_CONTROL": Cause.RATE_LIMITED,
    "isv.MONTH_LIMIT_CONTROL": Cause.RATE_LIMITED,
    "Throttling": Cause.RATE_LIMITED,
    "Throttling.User": Cause.RATE_LIMITED,
    "Throttling.Api": Cause.RATE_LIMITED,
    "isp.SYSTEM_ERROR": Cause.PROVIDER_ERROR,
    "isp.GATEWAY_ERROR": Cause.PROVIDER_ERROR,
    "isp.UNKNOWN": Cause.PROVIDER_ERROR,
    "ServiceUnavailable": Cause.PROVIDER_ERROR,
    "InternalError": Cause.PROVIDER_ERROR,
    # Money is paid in while an outage lasts; the next channel is tried in the meantime.
    "isv.AMOUNT_NOT_ENOUGH": "isv.amount_not_enough",
    "isv.OUT_OF_SERVICE": "isv.out_of_service",
}
_PERMANENT: Final = {
    "isv.MOBILE_NUMBER_ILLEGAL": Cause.BAD_ADDRESS,
    "isv.INVALID_PARAMETERS": Cause.REFUSED,
    "InvalidAccessKeyId.NotFound": Cause.CREDENTIALS,
    "SignatureDoesNotMatch": Cause.CREDENTIALS,
    "isp.RAM_PERMISSION_DENY": Cause.CREDENTIALS,
    "NoPermission": Cause.CREDENTIALS,
}
_UNKNOWN_NUMBER: Final = frozenset(
    {"MOBILE_NOT_ON_SERVICE", "IS_CLOSED", "NUMBER_NOT_EXIST", "MK:0001", "EMPTY_NUMBER"}
)


@dataclass(frozen=True, slots=True)
class AlibabaSms:
    """`SendingChannel`. `expects_receipt`: delivery is reported later; else what the provider took counts as told."""

    http: Http
    now: Callable[[], datetime]
    nonce: Callable[[], str]
    endpoint: str
    key_id: str
    secret: str
    sign_name: str
    templates: Mapping[str, SmsTemplate]
    expects_receipt: bool

    def send(self, message: Message, address: str) -> Result:
        """`OutId` is the notice's id, so a report can be told apart by hand as well."""
        template = self.templates.get(message.kind)
        if template is None:
            return Result(Outcome.PERMANENT, Cause.TEMPLATE_NOT_CONFIGURED)
        try:
            number = mainland_or_full(address)
        except BadNumber:
            return Result(Outcome.PERMANENT, Cause.BAD_ADDRESS)
        query = canonical_query(
            {
                "PhoneNumbers": number,
                "SignName": self.sign_name,
                "TemplateCode": template.code,
                "TemplateParam": msgspec.json.encode(values(template, message)).decode(),
                "OutId": message.notice_id,
            }
        )
        try:
            answered = self.http.post(f"{self.endpoint}/?{query}", self._headers(query), b"")
        except AwayError as away:
            return away.result
        code = answered.json.get("Code")
        if not isinstance(code, str):
            return answered.refusal() or Result(Outcome.RETRY, Cause.PROVIDER_ERROR)
        if code == "OK":
            return self._taken(answered.json.get("BizId"))
        return judged(code)

    def _taken(self, biz_id: object) -> Result:
        if self.expects_receipt and isinstance(biz_id, str) and biz_id:
            return Result(Outcome.ACCEPTED, "", biz_id[:128])
        return Result(Outcome.DELIVERED, "")

    def _headers(self, query: str) -> dict[str, str]:
        headers = {
            "host": urlsplit(self.endpoint).netloc,
            "x-acs-action": "SendSms",
            "x-acs-version": _VERSION,
            "x-acs-date": self.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": self.nonce(),
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        }
        return {**headers, "authorization": acs3(self.key_id, self.secret, "POST", query, headers, b"")}


def judged(code: str) -> Result:
    """What a code of the provider means for the attempt. One that nobody listed is not tried again."""
    if code in _RETRY:
        return Result(Outcome.RETRY, _RETRY[code])
    return Result(Outcome.PERMANENT, _PERMANENT.get(code) or code.lower()[:128])


def report_cause(code: str) -> str:
    """What a code of a delivery report says about the number."""
    return Cause.ADDRESS_UNKNOWN if code.upper() in _UNKNOWN_NUMBER else code.lower()[:128]
