"""A value held about a client, as a reader sees it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def held_value(value: Any) -> str:
    """« 14/11/2026 10:00 », year included: the paper is read later; « oui »; « — » where nothing is held."""
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%d/%m/%Y\u00a0%H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, bool):
        return "oui" if value else "non"
    return "—" if value in ("", None) else str(value)
