"""How a moment and a delay are written (design: words). Pure: `now` and the zone are given."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from atdemain.pages.typography import NBSP, WORD_JOINER, duration

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
SHORT_DAYS = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
NEAR_DAYS = 6
LONG_MINUTES = 24 * 60


def clock(at: datetime, tz: tzinfo) -> str:
    """« 15:30 »."""
    return at.astimezone(tz).strftime("%H:%M")


def window(start: datetime, end: datetime, tz: tzinfo) -> str:
    """« 16:00–16:30 », never cut at the end of a line."""
    return f"{clock(start, tz)}{WORD_JOINER}–{WORD_JOINER}{clock(end, tz)}"


def date_time(at: datetime, tz: tzinfo, year: int) -> str:
    """« 09/11 18:36 »; the year is written when it is not the present one."""
    local = at.astimezone(tz)
    return local.strftime("%d/%m %H:%M" if local.year == year else "%d/%m/%Y %H:%M").replace(" ", NBSP)


def days_span(start: datetime, end: datetime, tz: tzinfo, year: int) -> str:
    """« le 03/12 », « du 03/12 au 05/12 »: a midnight is a whole day, the last day is counted in."""
    first, last = start.astimezone(tz), end.astimezone(tz)
    whole = f"{first:%H%M}" == "0000", f"{last:%H%M}" == "0000"
    if whole[1]:
        last -= timedelta(days=1)
    one, two = (
        date_time(at, tz, year).rsplit(NBSP, 1)[0] if day else date_time(at, tz, year)
        for at, day in zip((first, last), whole, strict=True)
    )
    return f"le {one}" if all(whole) and first.date() == last.date() else f"du {one} au {two}"


def day_time(at: datetime, now: datetime, tz: tzinfo) -> str:
    """Today « 15:30 »; yesterday « hier 15:30 »; the next six days « jeu. 10:00 »; else « 24/11 10:00 ».

    The short name of a day is kept for days to come: « jeu. » of the past could be read as the next one.
    """
    local, today = at.astimezone(tz), now.astimezone(tz)
    days = (local.date() - today.date()).days
    if days == 0:
        return local.strftime("%H:%M")
    if days == -1:
        return f"hier{NBSP}{local:%H:%M}"
    if 0 < days <= NEAR_DAYS:
        return f"{SHORT_DAYS[local.weekday()]}{NBSP}{local:%H:%M}"
    return date_time(at, tz, today.year)


def long_date(day: date, year: int | None = None) -> str:
    """« mardi 10 novembre », « dimanche 1ᵉʳ mars », the year after it unless it is `year`."""
    number = "1ᵉʳ" if day.day == 1 else str(day.day)
    words = f"{DAYS[day.weekday()]}{NBSP}{number}{NBSP}{MONTHS[day.month - 1]}"
    return words if day.year == year else f"{words}{NBSP}{day.year}"


def day_words(at: datetime, now: datetime, tz: tzinfo) -> str:
    """« aujourd’hui », « demain », « hier », else « jeudi 12 novembre »."""
    day, today = at.astimezone(tz).date(), now.astimezone(tz).date()
    near = {0: "aujourd’hui", 1: "demain", -1: "hier"}.get((day - today).days)
    return near or long_date(day, today.year)


def day_heading(day: date, today: date) -> str:
    """« Aujourd’hui, mardi 10 novembre », « Hier, lundi 9 novembre », else « Jeudi 5 novembre »."""
    words = long_date(day, today.year)
    near = {0: "Aujourd’hui", 1: "Demain", -1: "Hier"}.get((day - today).days)
    return f"{near}, {words}" if near else words[0].upper() + words[1:]


def span(minutes: int) -> str:
    """« 12 min », « 1 h 29 », and from 24 h « 2 jours » (whole days, rounded down)."""
    if minutes < LONG_MINUTES:
        return duration(minutes)
    days = minutes // LONG_MINUTES
    return f"{days}{NBSP}jour{'s' if days > 1 else ''}"


def minutes_until(at: datetime, now: datetime) -> int:
    """Minutes until `at`, rounded up: « dans 1 min » until the very second; negative or 0 when it is past."""
    return -((now - at) // timedelta(minutes=1))


def distance(at: datetime, now: datetime, late_minutes: int | None = None) -> str:
    """To a deadline: « dans 12 min », then « en retard de 25 min », « maintenant » at the minute itself.

    `late_minutes`: business minutes late, when a calendar counted them: « en retard de 25 min ouvrées ».
    """
    if at > now:
        return f"dans {span(minutes_until(at, now))}"
    if late_minutes is not None:
        return late(late_minutes)
    minutes = int((now - at) / timedelta(minutes=1))
    return f"en retard de {span(minutes)}" if minutes else "maintenant"


def late(minutes: int) -> str:
    """« en retard de 25 min ouvrées »; business minutes, never turned into days."""
    if minutes < 1:
        return "fenêtre passée"
    return f"en retard de {duration(minutes)} ouvrées"


def elapsed(at: datetime, now: datetime) -> str:
    """« il y a 12 min », « il y a 2 jours »; under a minute « à l’instant »."""
    minutes = int((now - at) / timedelta(minutes=1))
    return f"il y a {span(minutes)}" if minutes >= 1 else "à l’instant"
