"""Phone numbers, in any writing, to E.164 and back. A number is a hint, never an identity."""

from __future__ import annotations

import phonenumbers

REGION = "FR"
MIN_DIGITS = 8


def e164(text: str, region: str = REGION) -> str:
    """« 01 99 00 41 27 », « 0033-199004127 », « +33 1 99… » → "+33199004127"; "" when it is no number."""
    cleaned = "".join(c for c in text if c.isdigit() or c in "+ .-()/\u00a0\u202f")
    if sum(c.isdigit() for c in cleaned) < MIN_DIGITS:
        return ""
    cleaned = cleaned.replace("\u00a0", " ").replace("\u202f", " ").strip()
    if cleaned.startswith("00"):
        cleaned = "+" + cleaned[2:]
    try:
        number = phonenumbers.parse(cleaned, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def readable(number: str) -> str:
    """ "+33199004127" → « 01 99 00 41 27 »; a foreign number keeps its country code."""
    if number.startswith("+33") and len(number) == 12:
        national = "0" + number[3:]
        return "\u00a0".join(national[i : i + 2] for i in range(0, 10, 2))
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
