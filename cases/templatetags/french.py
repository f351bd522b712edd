"""What templates write in French: times, distances, phones, numbers, icons.

Times are shown in the zone of the reader's unit (activated for each request by `pages.sessions`).
"""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo
from typing import Any
from urllib.parse import quote

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from atdemain.organisation.calendar import BusinessCalendar
from atdemain.pages import times, typography
from cases import desk, enums, line_words, phones
from cases.promise_times import Standing, standing
from cases.promise_times import promise_distance as distance_of_promise

DAY_NAMES = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")

register = template.Library()
_REFERENCE = re.compile(r"ATD-\d{4}-\d{6,}")


@register.filter(is_safe=True)
def typo(value: Any) -> str:
    """French typography on a text made in Python: « no-break » spaces where they belong."""
    return typography.french(str(value))


@register.filter
def with_code(value: Any) -> SafeString:
    """`typo`, what stands between backquotes shown as code."""
    parts = str(value).split("`")
    told = [
        f"<code>{conditional_escape(part)}</code>"
        if rank % 2
        else conditional_escape(typography.french(part))
        for rank, part in enumerate(parts)
    ]
    return mark_safe("".join(told))  # each part is escaped


@register.filter
def clock(at: datetime | None) -> str:
    return times.clock(at, timezone.get_current_timezone()) if at else ""


@register.filter
def window(start: datetime | None, end: datetime | None) -> str:
    """`{{ promise.window_start|window:promise.window_end }}` → « 16:00–16:30 »."""
    return times.window(start, end, timezone.get_current_timezone()) if start and end else ""


@register.filter
def day_time(at: datetime | None, now: datetime) -> str:
    return times.day_time(at, now, timezone.get_current_timezone()) if at else ""


@register.filter
def date_time(at: datetime | None) -> str:
    return times.date_time(at, timezone.get_current_timezone(), timezone.localdate().year) if at else ""


@register.filter
def days_span(start: datetime, end: datetime) -> str:
    """`{{ absence.starts_at|days_span:absence.ends_at }}` → « du 03/12 au 05/12 »."""
    return times.days_span(start, end, timezone.get_current_timezone(), timezone.localdate().year)


@register.filter
def day_words(at: datetime | None, now: datetime) -> str:
    return times.day_words(at, now, timezone.get_current_timezone()) if at else ""


@register.filter
def day_heading(day: date, now: datetime) -> str:
    """`day` is a local date; a datetime is turned into one."""
    tz = timezone.get_current_timezone()
    local = day.astimezone(tz).date() if isinstance(day, datetime) else day
    return times.day_heading(local, now.astimezone(tz).date())


@register.filter
def distance(at: datetime | None, now: datetime) -> str:
    """To a deadline, in plain time: « dans 12 min », « en retard de 25 min »."""
    return times.distance(at, now) if at else ""


@register.filter
def elapsed(at: datetime | None, now: datetime) -> str:
    return times.elapsed(at, now) if at else ""


@register.filter
def span(minutes: int | None) -> str:
    return times.span(minutes) if minutes is not None else ""


@register.filter
def days_of_hours(hours: int) -> str:
    """168 → « 7 jours », 36 → « 36 h »."""
    if hours % 24:
        return f"{hours}{typography.NBSP}h"
    days = hours // 24
    return f"{days}{typography.NBSP}jour{'s' if days > 1 else ''}"


@register.filter
def number(value: int | float | None) -> str:
    return "" if value is None else typography.number(value)


@register.filter
def pluralize(value: Any, endings: str = "s") -> str:
    """Django's, counting as French does: « 0 dossier », « 1 dossier », « 2 dossiers »."""
    count = value if isinstance(value, int | float) else len(value or ())
    singular, plural = endings.split(",") if "," in endings else ("", endings)
    return plural if abs(count) >= 2 else singular


@register.filter
def phone(e164: str) -> str:
    return phones.readable(e164)


@register.simple_tag
def promise_distance(promise: Any, now: datetime, calendar: BusinessCalendar | None = None) -> str:
    """« dans 12 min », « encore 29 min » while the window is open, « en retard de 25 min ouvrées » after."""
    return distance_of_promise(promise, now, calendar)


@register.filter
def entity_left(escalation: Any, now: datetime) -> str:
    """To the entity's answer, as on its own desk: « dans 5 h 59 ouvrées », on the entity's clock."""
    tz = timezone.get_current_timezone()
    return desk.left(escalation.answer_due, now, escalation.target_entity.calendar(), tz)


@register.filter
def inside(text: str) -> str:
    """A label in the middle of a sentence: « Wi-Fi faible » keeps its name, « Débit lent » becomes « débit lent »."""
    return typography.in_sentence(text)


@register.filter
def is_late(promise: Any, now: datetime) -> bool:
    return standing(promise, now) == Standing.OVERDUE


@register.filter
def problem(case: Any) -> str:
    """« coupures intermittentes, fibre »: what a case is about."""
    return line_words.problem(case.reason_family, case.line.technology if case.line else None)


@register.filter
def whole_refs(text: str) -> SafeString:
    """A case's reference is never cut at its hyphens. Escapes the rest."""
    return mark_safe(_REFERENCE.sub(r'<span class="at-nb">\g<0></span>', conditional_escape(text)))


@register.simple_tag
def long_now() -> str:
    """« mardi 10 novembre 2026, 15:31 », on the reader's clock."""
    local = timezone.localtime()
    return f"{times.long_date(local.date())}, {local:%H:%M}"


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """One of our symbols (components/_sprite.html), decorative unless `label` says what it means."""
    classes = f"at-ico {css}".strip()
    role = f'role="img" aria-label="{conditional_escape(label)}"' if label else 'aria-hidden="true"'
    svg = f'<svg class="{classes}" viewBox="0 0 16 16" {role}><use href="#i-{name}"></use></svg>'
    return mark_safe(svg)  # names and classes are constants of our templates, the label is escaped


@register.simple_tag
def colour(value: str) -> SafeString:
    """A colour's word and shape (components/_colour.html), drawn once: a list asks for it on every line."""
    if value not in _drawn:
        _drawn[value] = render_to_string("components/_colour.html", {"colour": value})
    return _drawn[value]


@register.filter
def label(value: str, words: str) -> str:
    """`{{ contact.channel|label:"Channel" }}`: as `get_channel_display`, read once for a whole list."""
    return _LABELS[words].get(value, value)


_LABELS = {
    words.__name__: dict(words.choices)
    for words in (
        enums.Channel,
        enums.ContactOutcome,
        enums.Direction,
        enums.EscalationStatus,
        enums.ExclusionCode,
        enums.PromiseKind,
        enums.PromiseStatus,
        enums.ReasonFamily,
    )
}
#: Stands for a reference in an address that a list reverses once.
REF = "REF"


@register.filter
def for_ref(address: str, ref: str) -> str:
    """`{{ case_url|for_ref:case.ref }}`: the address of this one, where a list would reverse it on every line."""
    return address.replace(REF, quote(ref))


@register.simple_tag
def state(case: Any) -> SafeString:
    """The tag of a case's state (components/_state.html), each drawn once for the same reason."""
    key = f"{case.state}.{case.closure_kind}"
    if key not in _drawn:
        _drawn[key] = render_to_string("components/_state.html", {"case": case})
    return _drawn[key]


_drawn: dict[str, SafeString] = {}


@register.filter
def slot_label(start: datetime, tz: tzinfo) -> str:
    """« jeu. 12/11, 10:00 », on the clock of the grid: what a cell says of itself."""
    local = start.astimezone(tz)
    return f"{DAY_NAMES[local.weekday()]} {local:%d/%m}, {local:%H:%M}"


@register.filter
def shut_word(week: Any, column: int) -> str:
    """Why a whole day of the grid is shut."""
    return week.days[column].closed
