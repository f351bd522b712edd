"""The back-office specialist's desk: what her entity must answer, by colour then due time (domain.md §8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from atdemain.organisation.calendar import BusinessCalendar
from atdemain.organisation.models import User
from atdemain.pages import times
from atdemain.pages.typography import duration
from cases.enums import OPEN_ESCALATION, EscalationNoteKind, EscalationStatus
from cases.models import CallLeg, Case, Escalation, EscalationNote

#: A transferred call that nobody took within this time is no longer on the line.
LIVE = timedelta(minutes=30)
#: An answer due within this time is « now ».
SOON = timedelta(hours=1)
WITHDRAWN_FOR = timedelta(hours=24)

_LAST = EscalationNote.objects.filter(escalation=OuterRef("pk")).order_by("-at", "-pk")


class Filter(NamedTuple):
    key: str
    label: str  # after its number
    count: int = 0


#: What the figures at the top count, and show when they are asked for.
FILTERS = (
    Filter("late", "hors délai"),
    Filter("ack", "à accuser"),
    Filter("asked", "point demandé"),
    Filter("info", "en attente du conseiller"),
    Filter("mine", "à moi"),
)


class Tag(NamedTuple):
    tone: str  # alert, warn, info, ok or ""
    text: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One escalation as its row reads."""

    escalation: Any
    due: str
    left: str
    late: bool
    soon: bool
    tags: tuple[Tag, ...]
    live: bool
    mark: str  # changes when the row must be drawn again


def asked_of(user: User) -> QuerySet[Escalation]:
    """Open escalations to this account's entity; none without an entity."""
    return Escalation.objects.filter(target_entity=user.entity_id, status__in=OPEN_ESCALATION)


def _where(key: str, user: User, now: datetime) -> Q:
    return {
        "late": Q(answer_due__lt=now),
        "ack": Q(status=EscalationStatus.SENT),
        "asked": Q(status_asked_at__isnull=False),
        "info": Q(info_asked_at__isnull=False),
        "mine": Q(handled_by=user),
    }.get(key, Q())


def counts(user: User, now: datetime) -> tuple[int, list[Filter]]:
    """All, and those behind each filter: one query."""
    figures = {f.key: Count("pk", filter=_where(f.key, user, now)) for f in FILTERS}
    found = asked_of(user).order_by().aggregate(all=Count("pk"), **figures)
    return found["all"], [f._replace(count=found[f.key]) for f in FILTERS]


def rows(user: User, now: datetime, only: str = "") -> QuerySet[Escalation]:
    """With everything a row and the panel show."""
    return (
        asked_of(user)
        .filter(_where(only, user, now))
        .select_related(
            "case__client",
            "case__line",
            "case__current_promise",
            "case__owner__user",
            "case__unit",
            "handled_by",
            "fault_ticket",
            "named_contact",
            "leg__by",
        )
        .annotate(last_exchange=Subquery(_LAST.values("kind")[:1]))
    )


def read_lines(
    escalations: Iterable[Any], reader: User, calendar: BusinessCalendar | None, now: datetime, tz: tzinfo
) -> list[Line]:
    return [_line(escalation, reader, calendar, now, tz) for escalation in escalations]


def _line(row: Any, reader: User, calendar: BusinessCalendar | None, now: datetime, tz: tzinfo) -> Line:
    live = is_live(row, now)
    late = row.answer_due < now
    promise = row.case.current_promise
    tags = tuple(_tags(row, reader, live, now, tz))
    return Line(
        escalation=row,
        due=times.day_time(row.answer_due, now, tz),
        left=left(row.answer_due, now, calendar, tz),
        late=late,
        soon=not late and row.answer_due - now <= SOON,
        tags=tags,
        live=live,
        mark=f"{row.pk}.{row.version}.{row.case.version}.{promise.version if promise else 0}."
        f"{'.'.join(tag.text for tag in tags)}.{late:d}",
    )


def left(due: datetime, now: datetime, calendar: BusinessCalendar | None, tz: tzinfo) -> str:
    """« dans 49 min »; on another day, and once late, in business time: « dans 5 h 59 ouvrées »."""
    if due <= now:
        minutes = calendar.minutes_between(due, now) if calendar else None
        return "à l’instant" if minutes == 0 else times.distance(due, now, minutes)
    same_day = due.astimezone(tz).date() == now.astimezone(tz).date()
    if same_day or calendar is None:
        return times.distance(due, now)
    return f"dans {duration(calendar.minutes_between(now, due))} ouvrées"


def is_live(row: Any, now: datetime) -> bool:
    leg: CallLeg | None = getattr(row, "leg", None)
    return leg is not None and leg.taken_at is None and now - leg.started_at <= LIVE


def _tags(row: Any, reader: User, live: bool, now: datetime, tz: tzinfo) -> Iterable[Tag]:
    """Where it is, most pressing first; each a word and not a colour alone."""
    if live:
        yield Tag("alert", "appel en ligne", "phone")
    if row.ack_at is None and not live:
        if row.ack_due < now:
            yield Tag("alert", f"accusé attendu {times.day_time(row.ack_due, now, tz)}", "alert")
        else:
            yield Tag("info", f"à accuser avant {times.day_time(row.ack_due, now, tz)}")
    if row.status_asked_at:
        yield Tag("warn", f"point demandé {times.day_time(row.status_asked_at, now, tz)}")
    if row.info_asked_at:
        yield Tag("", f"précision attendue depuis {times.day_time(row.info_asked_at, now, tz)}", "pause")
    elif row.last_exchange == EscalationNoteKind.INFO_GIVEN:
        yield Tag("ok", "précision reçue", "check")
    if row.handled_by_id == reader.pk:
        yield Tag("", "à moi", "person")
    elif row.handled_by:
        yield Tag("", f"prise par {row.handled_by.short_name}", "person")
    elif row.ack_at:
        yield Tag("", f"accusée {times.day_time(row.ack_at, now, tz)}")


@dataclass(frozen=True, slots=True)
class Panel:
    """The escalation that is open beside the list."""

    line: Line
    exchanges: list[EscalationNote]
    others: list[Escalation]

    @property
    def mark(self) -> str:
        return "/".join([self.line.mark, *(f"{e.pk}:{e.version}" for e in self.others)])


def read_panel(line: Line) -> Panel:
    """Two queries: what was said, and which other entities act on the same case."""
    row = line.escalation
    exchanges = list(
        EscalationNote.objects.filter(escalation=row.pk).select_related("by").order_by("-at", "-pk")[:20]
    )
    others = list(
        Escalation.objects.filter(case=row.case_id)
        .exclude(pk=row.pk)
        .exclude(status=EscalationStatus.WITHDRAWN)
        .select_related("target_entity")
        .order_by("sent_at", "pk")[:10]
    )
    return Panel(line, exchanges, others)


def gone(user: User, pk: int) -> Escalation | None:
    """An escalation of this entity that is no longer open: its page says what became of it."""
    found = Escalation.objects.filter(pk=pk, target_entity=user.entity_id).exclude(status__in=OPEN_ESCALATION)
    return found.select_related("case", "answered_by").first()


def withdrawn(user: User, now: datetime) -> list[Escalation]:
    """Those withdrawn within a day: they left the list, and say why."""
    found = Escalation.objects.filter(
        target_entity=user.entity_id,
        status=EscalationStatus.WITHDRAWN,
        withdrawn_at__gt=now - WITHDRAWN_FOR,
    )
    return list(found.select_related("case").order_by("-withdrawn_at", "-pk")[:5])


def next_action(lines: list[Line], total: int) -> str:
    """The sentence under the title."""
    if not total:
        return "Rien n’attend votre entité."
    if not lines:
        return "Rien dans ce filtre."
    first = next((line for line in lines if line.live), lines[0])
    case: Case = first.escalation.case
    if first.live:
        return f"Un client est en ligne : {case.ref}."
    return (
        f"D’abord {case.ref} : réponse {first.left}."
        if not first.late
        else f"D’abord {case.ref}, {first.left}."
    )
