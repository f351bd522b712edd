"""What the pages of recognition write in French beside `cases.templatetags.french`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template

from atdemain.pages import times
from atdemain.pages.typography import NBSP, duration
from recognition.durable.competencies import shown_proofs
from recognition.mentoring.rules import SIGN_WITHIN
from recognition.models import CompetencyRecord

register = template.Library()


@register.filter
def hours(minutes: int) -> str:
    """525 → « 8 h 45 », 0 → « 0 h »: what was signed, to the minute, so that a column adds up."""
    return duration(minutes) if minutes else f"0{NBSP}h"


@register.filter
def days_to_sign(session: Any, now: datetime) -> str:
    """« 6 jours », « 3 h 20 » on the last day."""
    left = session.ends_at + SIGN_WITHIN - now
    return times.span(max(0, left // timedelta(minutes=1)))


@register.filter
def proofs(row: CompetencyRecord) -> list[str]:
    """The French words of each proof of an assessment."""
    return shown_proofs(row)
