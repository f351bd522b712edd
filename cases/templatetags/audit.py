"""What the pages of the audit write: how long something lasted, to the minute."""

from __future__ import annotations

from django import template

from cases.audit import words

register = template.Library()


@register.filter
def lasting(minutes: int) -> str:
    return words.lasting(minutes)
