"""Cents and hashes as pages show them."""

from __future__ import annotations

from django import template

from recognition.money import euros as in_euros

register = template.Library()


@register.filter
def euros(cents: int | None) -> str:
    return "" if cents is None else in_euros(cents)


@register.filter
def short_hash(digest: str) -> str:
    """« 7f3a…c91e »; the whole one is beside, for who compares."""
    return f"{digest[:4]}…{digest[-4:]}" if len(digest) > 8 else digest


@register.filter
def signed_euros(cents: int) -> str:
    return f"+ {in_euros(cents)}" if cents > 0 else in_euros(cents)
