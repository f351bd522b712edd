"""When may it be? Pure guards of hours: a callback's window, an entity's opening, the time of a call.

Like `cases.guards`: the reasons why not, each a French sentence that says what blocks, then what to do.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from atdemain.organisation.calendar import BusinessCalendar
from cases import deadlines
from cases.enums import EscalationMode
from cases.reasons import Reason

#: The call that led to a case is noted on it a moment later: an attempt may be that much older than it.
BEFORE_OPENING = timedelta(hours=2)


def window(
    start: datetime | None,
    end: datetime | None,
    *,
    now: datetime,
    calendar: BusinessCalendar,
    available: Callable[[datetime, datetime], bool] | None = None,
    delegated: bool = False,
) -> list[Reason]:
    """A callback window: notice, width, opening hours, horizon, and someone on shift to keep it."""
    if start is None or end is None:
        return [Reason("window_missing", "Choisissez un créneau pour le rappel.", "window_start")]
    shut = unit_hours(calendar, now)
    if shut:
        return shut
    if start < now + deadlines.WINDOW_NOTICE:
        return [
            Reason(
                "window_too_soon",
                "Le rappel commence au plus tôt dans 15 minutes. Choisissez un créneau plus tard.",
                "window_start",
            )
        ]
    if not deadlines.WINDOW_MIN <= end - start <= deadlines.WINDOW_MAX:
        return [Reason("window_width", "La fenêtre dure de 30 minutes à 4 heures.", "window_end")]
    if end > calendar.due_in_days(now, deadlines.WINDOW_DAYS_AHEAD):
        return [
            Reason(
                "window_too_far",
                "Le rappel est promis à 10 jours ouvrés au plus. Choisissez un créneau plus proche.",
                "window_start",
            )
        ]
    if not calendar.covers(start, end):
        why = calendar.closed_reason(calendar.local_date(start)).lower()
        told = f" ({why})" if why != "fermé" else ""  # a holiday, an exception's own reason
        text = f"L’unité est fermée ce jour-là{told}." if why else "L’unité est fermée à cette heure."
        return [
            Reason(
                "window_closed", f"{text} Choisissez un créneau dans ses heures d’ouverture.", "window_start"
            )
        ]
    if available is not None and not delegated and not available(start, end):
        return [
            Reason(
                "owner_off_shift",
                "Le conseiller en charge n’est pas en service à cette heure. Choisissez un autre créneau ou nommez un suppléant.",
                "window_start",
            )
        ]
    return []


def unit_hours(calendar: BusinessCalendar, now: datetime) -> list[Reason]:
    """A unit that never opens again cannot promise a callback."""
    if calendar.ever_opens(now):
        return []
    text = (
        f"L’unité {calendar.name} n’a aucune heure d’ouverture : aucun rappel ne peut y être promis. "
        "Prévenez un administrateur, qui lui donnera des horaires."
    )
    return [Reason("unit_never_open", text, "window_start")]


def entity_hours(calendar: BusinessCalendar, *, mode: str, now: datetime) -> list[Reason]:
    """An entity that never opens has no deadline to keep; a live call needs somebody there now."""
    if not calendar.ever_opens(now):
        text = "Cette entité n’a pas d’horaires d’ouverture. Choisissez-en une autre et prévenez un administrateur."
        return [Reason("entity_never_open", text, "target_entity")]
    if mode == EscalationMode.WARM_TRANSFER and not calendar.is_open(now):
        text = "Cette entité est fermée à cette heure. Escaladez le dossier : elle le verra à l’ouverture."
        return [Reason("entity_shut", text, "target_entity")]
    return []


def attempt_time(
    at: datetime, *, was: datetime, opened_at: datetime, now: datetime, tz: tzinfo
) -> list[Reason]:
    """The hour to which an attempt is corrected: past, and of this case; `was` is the hour noted first.

    One that another case brought here (a merge) may be older than the opening, and stay so.
    """
    if at > now:
        text = "Cette heure n’est pas encore passée. Donnez l’heure à laquelle l’appel a eu lieu."
        return [Reason("at", text, "at")]
    earliest = min(opened_at - BEFORE_OPENING, was)
    if at < earliest:
        text = (
            "Cet appel est trop ancien pour ce dossier. "
            f"Donnez une heure à partir du {earliest.astimezone(tz):%d/%m/%Y à %H:%M}."
        )
        return [Reason("at", text, "at")]
    return []
