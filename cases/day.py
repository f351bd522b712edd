"""Ma journée: an advisor's cases sorted by what to do next (domain.md §8). Pure: rows in, lines out.

The sections follow the promises, not the state alone: a callback whose time has come is listed as such
even when no scheduler has moved its case yet (architecture.md §4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from atdemain.organisation.calendar import BusinessCalendar
from atdemain.pages import times
from cases.enums import CaseState
from cases.line_words import Waiting, asking, owed, title
from cases.promise_times import Standing, effective_end, promise_distance, standing

REMINDER = timedelta(minutes=30)
WORKED = " ouvrées"
LATE, NOW, LATER, NEXT_DAYS, WORK, WAIT, WATCH = "late", "now", "later", "days", "work", "wait", "watch"


class Row(NamedTuple):
    """A case of the day as read by `cases.day_query`, its owed promise beside it (None without one)."""

    pk: int
    ref: str
    state: str
    origin: str
    family: str
    colour: str
    version: int
    opened_at: datetime
    reopened_at: datetime | None
    reopened_count: int
    resolution_code: str
    last_event_at: datetime
    next_due_at: datetime | None
    owner_id: int | None
    owner_first: str | None
    owner_last: str | None
    client_name: str
    client_ref: str
    priority: bool
    technology: str | None
    kind: str | None
    window_start: datetime | None
    window_end: datetime | None
    call_by: datetime | None
    note: str | None
    promise_version: int | None

    @property
    def client(self) -> str:
        return self.client_name or self.client_ref


@dataclass(slots=True)
class Line:
    """One line as it is read; the template only places the words."""

    key: str
    ref: str
    title: str
    client: str
    when: str
    left: str
    owed: str
    meta: str
    colour: str
    action: str
    tone: str = ""  # "late", "now" or ""
    mark: str = ""  # changes when the line must be drawn again
    start: str = ""  # ISO times, so that the page keeps the distance right by itself
    end: str = ""
    primary: bool = False
    worked: bool = False  # `left` counts business minutes: « ouvrées » follows it

    @property
    def distance(self) -> str:
        return self.left + WORKED if self.worked else self.left

    @property
    def overdue(self) -> bool:
        return self.tone in (LATE, "overdue")

    @property
    def now(self) -> bool:
        return self.tone == NOW

    @property
    def look(self) -> str:
        """The line's class in the design: its edge says whether it is late or due."""
        return f"at-line-{self.tone if self.tone in (LATE, NOW) else 'quiet'}"


@dataclass(slots=True)
class Section:
    key: str
    title: str
    short: str
    hint: str
    lines: list[Line] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.lines)


TITLES = {
    LATE: ("En retard", "en retard", "fenêtre passée"),
    NOW: ("À appeler maintenant", "maintenant", "la fenêtre est ouverte"),
    LATER: ("Plus tard aujourd’hui", "plus tard", ""),
    NEXT_DAYS: ("Les jours suivants", "jours suivants", "rappels promis"),
    WORK: ("À traiter", "à traiter", "délai de première action, précision attendue"),
    WAIT: ("En attente d’une entité", "en attente d’une entité", "le client attend des nouvelles"),
    WATCH: ("En observation", "en observation", "un contact avant la fin rouvre le dossier"),
}
ACTIONS = {
    LATE: "Rappeler",
    NOW: "Rappeler",
    LATER: "Préparer",
    NEXT_DAYS: "Préparer",
    WORK: "Ouvrir",
    WAIT: "Voir",
    WATCH: "Voir",
}


def section_of(row: Row, waiting: Sequence[Waiting], now: datetime, tz: tzinfo) -> str:
    """Where a case belongs now. One whose entity waits for a detail is to be worked on, not waited for."""
    if row.state == CaseState.RESOLVED:
        return WATCH
    if row.window_start is None:
        return WORK
    if row.state == CaseState.ESCALATED and now < min(row.window_start, effective_end(row)) - REMINDER:
        return WORK if asking(waiting) else WAIT
    where = standing(row, now)
    if where == Standing.OVERDUE:
        return LATE
    if where == Standing.DUE:
        return NOW
    same_day = row.window_start.astimezone(tz).date() == now.astimezone(tz).date()
    return LATER if same_day else NEXT_DAYS


def board(
    rows: Iterable[Row],
    waiting: Mapping[int, Sequence[Waiting]],
    *,
    reader_id: int,
    now: datetime,
    tz: tzinfo,
    calendar: BusinessCalendar | None,
    owners: bool = False,
) -> dict[str, Section]:
    """Every section in order, empty ones included; lines in order of what is due first.

    `owners`: each line says who is in charge (a manager's list); else only a delegate's lines do.
    """
    sections = {key: Section(key, *words) for key, words in TITLES.items()}
    for row in sorted(rows, key=lambda row: (_due(row, waiting.get(row.pk, ()), now), row.pk)):
        of_case = waiting.get(row.pk, ())
        key = section_of(row, of_case, now, tz)
        made = line(row, key, of_case, now, tz, calendar, owners=owners)
        if owners or row.owner_id != reader_id:
            made.meta = f"{_in_charge(row, owners)} · {made.meta}"
        if owners:
            made.action = "Ouvrir"
        sections[key].lines.append(made)
    first = next((sections[key].lines[0] for key in (LATE, NOW, LATER, WORK) if sections[key].lines), None)
    if first and not owners:
        first.primary = True
    return sections


def _due(row: Row, waiting: Sequence[Waiting], now: datetime) -> datetime:
    """What a line is sorted by: a detail is owed since it was asked for."""
    asked = [one.info_asked_at for one in asking(waiting) if one.info_asked_at]
    return min([row.next_due_at or now, *asked])


def line(
    row: Row,
    section: str,
    waiting: Sequence[Waiting],
    now: datetime,
    tz: tzinfo,
    calendar: BusinessCalendar | None,
    *,
    owners: bool = False,
) -> Line:
    made = Line(
        key=str(row.pk),
        ref=row.ref,
        title=title(row.client, row.family, row.technology),
        client=row.client,
        when="",
        left="",
        owed=owed(row, section, waiting, now, tz, of_somebody=owners),
        meta=_meta(row, now, tz),
        colour=row.colour,
        action=ACTIONS[section],
        tone=section if section in (LATE, NOW) else "",
    )
    asked = asking(waiting)
    if section == WORK and asked:
        made.when = times.day_time(asked[0].info_asked_at or now, now, tz)
        made.left = "précision demandée"
    elif section in (WORK, WATCH):
        _deadline(made, row, section, now, tz, calendar)
    else:
        _promised(made, row, section, now, tz, calendar)
    if made.left.endswith(WORKED):
        made.left, made.worked = made.left.removesuffix(WORKED), True
    made.mark = f"{row.version}.{row.promise_version or 0}.{section}.{made.when}"
    return made


def _promised(
    made: Line, row: Row, section: str, now: datetime, tz: tzinfo, calendar: BusinessCalendar | None
) -> None:
    start, end = row.window_start, row.window_end
    same_day = start.astimezone(tz).date() == now.astimezone(tz).date()
    if row.call_by and section in (NOW, LATE):
        made.when = f"avant {times.day_time(effective_end(row), now, tz)}"
    elif same_day:
        made.when = times.window(start, end, tz)
    else:
        made.when = times.day_time(start, now, tz)
    made.left = promise_distance(row, now, calendar)
    if section != LATE:  # lateness is in business minutes: the server's word, refreshed with the list
        made.start, made.end = (now if row.call_by else start).isoformat(), effective_end(row).isoformat()


def _deadline(
    made: Line, row: Row, section: str, now: datetime, tz: tzinfo, calendar: BusinessCalendar | None
) -> None:
    due = row.next_due_at
    if due is None:
        made.when, made.left = times.day_time(row.opened_at, now, tz), "ouvert"
        return
    made.when = times.day_time(due, now, tz)
    if section == WATCH:
        made.left = f"fin {times.distance(due, now)}" if due > now else "fin atteinte"
    elif due > now:
        made.left, made.start = times.distance(due, now), due.isoformat()
    else:
        made.left = times.distance(due, now, calendar.minutes_between(due, now) if calendar else None)
        made.tone = "overdue"


def _in_charge(row: Row, owners: bool) -> str:
    if row.owner_id is None:
        return "sans conseiller"
    name = f"{(row.owner_first or '')[:1]}. {row.owner_last or ''}".strip(". ")
    return name if owners else f"suppléance de {name}"


def _meta(row: Row, now: datetime, tz: tzinfo) -> str:
    words = [f"dernier événement {times.day_time(row.last_event_at, now, tz)}"]
    if row.reopened_count:
        words.append(f"rouvert {row.reopened_count} fois")
    if row.priority:
        words.append("client prioritaire")
    return " · ".join(words)
