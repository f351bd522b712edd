"""Words of the pages of versions."""

from __future__ import annotations

from typing import Any

from django import template

from atdemain.pages.typography import french
from recognition import money
from recognition.scheme.words import ROLES

register = template.Library()


@register.filter
def euros(cents: Any) -> str:
    """40000 → « 400,00 € »; « — » for what is not known."""
    return money.euros(cents) if isinstance(cents, int) else "—"


@register.filter
def share(hundredths: Any) -> str:
    """3050 → « 30,5 % »."""
    if not isinstance(hundredths, int):
        return "—"
    whole, rest = divmod(hundredths, 100)
    return french(f"{whole},{rest:02d}".rstrip("0").rstrip(",") + " %")


@register.filter
def role(code: str) -> str:
    return str(ROLES.get(code, code))


@register.filter
def get(mapping: Any, key: Any) -> Any:
    return mapping.get(key, "") if hasattr(mapping, "get") else ""
