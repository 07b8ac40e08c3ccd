"""Which phone number a text came from: one form for each number, however a provider or a person writes it."""

from __future__ import annotations

from typing import Final

import phonenumbers

REGION: Final = "CN"
MAX_CHARS: Final = 64


def normal(raw: str) -> str:
    """E.164, or what was given where it is no phone number (a user of a messenger). Numbers without + are Chinese."""
    text = raw.strip()[:MAX_CHARS]
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_possible_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
