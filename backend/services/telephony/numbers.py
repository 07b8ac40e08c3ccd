"""Which telephone numbers there are, how they are written, and how much of one is shown: the one place that says so.

Whoever keeps, compares, dials or texts a number writes it as here, or the same person is two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import phonenumbers

from contract.vocabulary import Label

REGION: Final = "CN"
EMERGENCY: Final[Mapping[str, Label]] = {
    "110": Label("公安", "Police"),
    "119": Label("消防", "Fire service"),
    "120": Label("急救", "Ambulance"),
    "122": Label("交通事故", "Traffic accidents"),
    "12345": Label("政务服务热线", "Government hotline"),
}
"""Short codes, which `phonenumbers` takes for invalid."""
MOST_CHARS: Final = 64
_SHORT: Final = 6
_LEAST: Final = 5
"""Digits of a subscriber's number: what is shorter is a service."""
_LOCAL: Final = 8
"""Digits of a number within its town: of so few, seven would be too many to show."""


class BadNumber(ValueError):  # noqa: N818 - what was typed, not a fault of ours
    """Nothing that can be dialled."""


def normal(text: str) -> str:
    """The number in E.164, or a short code as it is. Raises `BadNumber`.

    Possible is enough: whether a number exists the exchange knows, and nobody in need waits for our opinion.
    """
    plain = "".join(char for char in text if char.isdigit())
    if plain in EMERGENCY and "+" not in text:
        return plain
    return _e164(text)


def subscriber(text: str) -> str:
    """The number of somebody who can be called or texted, in E.164. Nobody texts 120. Raises `BadNumber`."""
    number = _e164(text)
    if len(national(number).removeprefix("+")) < _LEAST:
        raise BadNumber
    return number


def _e164(text: str) -> str:
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        raise BadNumber from None
    if not phonenumbers.is_possible_number(number):
        raise BadNumber
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def normal_or_as_is(text: str) -> str:
    """As `normal`; what is no number stays what it is: a hidden caller is shown as it came, a messenger's user has no
    number.

    At most 64 characters: what comes from outside is compared, and never longer than what is kept.
    """
    text = text.strip()[:MOST_CHARS]
    try:
        return normal(text)
    except BadNumber:
        return text


def national(number: str) -> str:
    """Without the country code where it is ours: how it is dialled and read here."""
    return number.removeprefix("+86") if number.startswith("+86") else number


def uri(number: str) -> str:
    """What a click dials. A short code goes without the context that RFC 3966 asks for: few telephones know it."""
    return f"tel:{number}"


def masked(number: str) -> str:
    """As it is shown in lists: `138****1234`. Short codes belong to nobody and are shown."""
    plain = national(number)
    if len(plain) <= _SHORT:
        return plain if plain in EMERGENCY else "****" + plain[-1:]
    return f"{plain[:3]}****{plain[-4:]}" if len(plain) > _LOCAL else f"****{plain[-2:]}"
