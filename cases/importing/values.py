"""The text of a cell → a value: times in a zone, durations, yes or no. Pure; French refusals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cases.phones import e164

TRUE = frozenset({"1", "true", "vrai", "oui", "yes", "o", "y", "x"})
FALSE = frozenset({"", "0", "false", "faux", "non", "no", "n"})
PER_SECOND = {"seconds": 1, "milliseconds": 1000, "minutes": 1 / 60}
_MIDNIGHT = time(0)
_LETTERS = (
    ("%d", "JJ"), ("%m", "MM"), ("%Y", "AAAA"), ("%y", "AA"), ("%H", "hh"), ("%M", "mm"), ("%S", "ss"),
    ("epoch_ms", "millisecondes depuis 1970"), ("epoch", "secondes depuis 1970"),
)  # fmt: skip


class Unreadable(ValueError):
    """What a cell holds is no value of this kind; French, without line or column."""


def shown(text: str) -> str:
    """A cell's text inside a message: short, on one line."""
    flat = " ".join(text.split())
    return f"« {flat[:60]}{'…' if len(flat) > 60 else ''} »"


def boolean(text: str) -> bool:
    low = text.strip().casefold()
    if low in TRUE:
        return True
    if low in FALSE:
        return False
    raise Unreadable(f"{shown(text)} n’est ni oui ni non.")


def leg_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Unreadable(f"{shown(text)} n’est pas un nombre entier.") from None


@lru_cache(maxsize=20_000)
def caller(text: str) -> str:
    """E.164; a short number (an extension) as it is; "" where no number is shown."""
    return e164(text) or (text[:20] if any(c.isdigit() for c in text) else "")


def duration(text: str, formats: Sequence[str]) -> int:
    """Whole seconds, from a number (`format`: seconds, minutes, milliseconds) or from h:mm:ss or mm:ss."""
    text = text.strip()
    if ":" not in text:
        try:
            seconds = float(text.replace(",", ".").replace("\u202f", "").replace("\u00a0", ""))
            return round(seconds / PER_SECOND.get(formats[0] if formats else "", 1))
        except (ValueError, OverflowError):
            raise Unreadable(f"{shown(text)} n’est pas une durée.") from None
    sign = -1 if text.startswith("-") else 1
    parts = text.lstrip("-").split(":")
    if not 2 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise Unreadable(f"{shown(text)} n’est pas une durée (h:mm:ss).")
    total = 0
    for part in parts:
        total = total * 60 + int(part)
    return sign * total


@lru_cache(maxsize=50_000)
def day(text: str, formats: tuple[str, ...]) -> date:
    moment = _first_format(text, formats)
    if moment is None:
        raise Unreadable(f"{shown(text)} n’est pas une date ({_expected(formats)}).")
    return moment.date()


@lru_cache(maxsize=100_000)
def hour(text: str, formats: tuple[str, ...]) -> time:
    moment = _first_format(text, formats)
    if moment is None:
        raise Unreadable(f"{shown(text)} n’est pas une heure ({_expected(formats)}).")
    return moment.time()


@lru_cache(maxsize=50_000)
def instant(text: str, formats: tuple[str, ...]) -> datetime:
    """A date and a time in one text; aware where the text or the format gives an offset."""
    for form in formats or ("iso",):
        try:
            if form == "iso":
                return datetime.fromisoformat(text)
            if form in ("epoch", "epoch_ms"):
                seconds = float(text) / (1000 if form == "epoch_ms" else 1)
                return datetime.fromtimestamp(seconds, UTC)
            return datetime.strptime(text, form)  # noqa: DTZ007 – the zone is given by `in_zone`
        except (ValueError, OverflowError, OSError):
            continue
    raise Unreadable(f"{shown(text)} n’est pas une date et une heure ({_expected(formats)}).")


def _expected(formats: tuple[str, ...]) -> str:
    """What was expected, in letters that a reader knows: JJ/MM/AAAA hh:mm."""
    words = " ou ".join(formats or ("iso",)).replace("iso", "AAAA-MM-JJ hh:mm:ss")
    for code, letters in _LETTERS:
        words = words.replace(code, letters)
    return words


def _first_format(text: str, formats: tuple[str, ...]) -> datetime | None:
    for form in formats:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 – a day or an hour alone has no zone
        except ValueError:
            continue
    return None


def joined(on: date, at: time, *, zero_is_none: bool) -> datetime | None:
    """The local time of a day and an hour; None where midnight means no time."""
    if zero_is_none and at == _MIDNIGHT:
        return None
    return datetime.combine(on, at)


def in_zone(
    moment: datetime, zone: ZoneInfo, *, later_of_two: bool = False, not_before: datetime | None = None
) -> datetime:
    """UTC. An hour the clock skips is refused; one that comes twice is the first (or the second).

    `not_before` (UTC): of the two, the first that does not come earlier than it.
    """
    if moment.tzinfo is not None:
        return _shifted(moment.replace(tzinfo=UTC), moment.utcoffset() or timedelta(0), moment)
    first = moment.replace(tzinfo=zone, fold=0).utcoffset() or timedelta(0)
    second = moment.replace(tzinfo=zone, fold=1).utcoffset() or timedelta(0)
    if first < second:
        raise Unreadable(
            f"le {moment:%d/%m/%Y à %H:%M} n’existe pas ({zone.key} : l’horloge avance d’une heure)."
        )
    utc = moment.replace(tzinfo=UTC)
    if first == second:
        return _shifted(utc, first, moment)
    early, late = _shifted(utc, first, moment), _shifted(utc, second, moment)
    if later_of_two or (not_before is not None and early < not_before):
        return late
    return early


def _shifted(utc: datetime, offset: timedelta, moment: datetime) -> datetime:
    try:
        return utc - offset
    except OverflowError:
        raise Unreadable(f"l’année {moment.year} sort du calendrier.") from None
