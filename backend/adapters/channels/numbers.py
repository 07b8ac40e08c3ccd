"""How a telephone number that people typed is written for a provider."""

from __future__ import annotations

import phonenumbers

HOME_REGION = "CN"


class BadNumberError(ValueError):
    """No number that can be sent a text message. Emergency numbers are none: nobody texts 120."""


def e164(address: str) -> str:
    """`+8613800000001`; a number without a country is a Chinese one."""
    try:
        number = phonenumbers.parse(address, HOME_REGION)
    except phonenumbers.NumberParseException:
        raise BadNumberError from None
    if not phonenumbers.is_possible_number(number) or len(str(number.national_number)) < 5:
        raise BadNumberError
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mainland_or_full(address: str) -> str:
    """Digits alone: without the country for the mainland, with it for all others, as Alibaba Cloud takes them."""
    return e164(address).removeprefix("+86").removeprefix("+")
