"""What HR types and how it is stored: euros in cents, shares in hundredths of a per cent, times in minutes.

No float on the way: « 1 234,5 » is read digit by digit.
"""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from atdemain.pages.typography import duration
from recognition.money import euros

DECIMAL = {"class": "form-control at-input-num", "inputmode": "decimal", "autocomplete": "off"}
_SPACES = re.compile(r"[\s\u00a0\u202f]")
_DECIMAL = re.compile(r"^(\d{1,9})(?:[.,](\d{1,2}))?$")
_AMOUNT = re.compile(r"^([-−]?)(\d+)(?:[.,](\d+))?$", re.ASCII)
_TIME = re.compile(r"^(?:(\d{1,5})h(\d{1,2})?|(\d{1,6})min|(\d{1,5})(?:[.,](\d{1,2}))?)$")


def hundredths(text: str) -> int | None:
    """« 1 234,5 » → 123450; None for what is no positive number of two decimals at most."""
    found = _DECIMAL.match(_SPACES.sub("", text))
    if found is None:
        return None
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0") or 0)


def minutes(text: str) -> int | None:
    """« 14 », « 14 h », « 9 h 30 », « 9,5 » are hours, « 90 min » minutes; None for anything else."""
    found = _TIME.match(_SPACES.sub("", text).lower())
    if found is None:
        return None
    hours, rest, whole, plain, decimals = found.groups()
    if whole:
        return int(whole)
    if hours:
        return int(hours) * 60 + int(rest or 0) if int(rest or 0) < 60 else None
    part = int((decimals or "").ljust(2, "0") or 0) * 60
    return int(plain) * 60 + part // 100 if part % 100 == 0 else None


MOST = 10**11  # cents; a billion euros is a slip of the finger


class EurosField(forms.CharField):
    """Cents; shown as « 400,00 », the sign stands beside. Exact: nothing is rounded, a third decimal is refused."""

    default_error_messages = {
        "required": "Donnez un montant en euros.",
        "invalid": "Ce montant ne se lit pas. Écrivez-le par exemple 400 ou 400,50.",
        "decimals": "Un montant s’arrête au centime : deux décimales au plus.",
        "large": "Ce montant est trop grand.",
        "negative": "Un montant n’est pas négatif.",
    }

    def __init__(self, *, signed: bool = False, **kwargs: Any) -> None:
        self.signed = signed
        super().__init__(max_length=24, widget=forms.TextInput(attrs=dict(DECIMAL)), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return euros(value).rstrip("\u202f€") if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        found = _AMOUNT.match(_SPACES.sub("", text).removesuffix("€"))
        if found is None:
            raise self._refused("invalid")
        sign, whole, decimals = found[1], found[2], found[3] or ""
        if len(decimals) > 2:
            raise self._refused("decimals")
        cents = int(whole) * 100 + int(decimals.ljust(2, "0"))
        if cents > MOST:
            raise self._refused("large")
        if sign and cents and not self.signed:
            raise self._refused("negative")
        return -cents if sign else cents

    def _refused(self, code: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code)


class PercentField(forms.CharField):
    """Hundredths of a per cent, up to 100 %."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=12, widget=forms.TextInput(attrs=dict(DECIMAL)), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, int):
            return value
        whole, rest = divmod(value, 100)
        return f"{whole},{rest:02d}".rstrip("0").rstrip(",")

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        share = hundredths(_SPACES.sub("", text).removesuffix("%"))
        if share is None or share > 10_000:
            raise ValidationError("Une part va de 0 à 100 %, avec deux décimales au plus.")
        return share


def time_words(value: int) -> str:
    """What the field shows for minutes: « 14 h », « 9 h 30 »."""
    return duration(value)
