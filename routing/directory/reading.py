"""What the directory shows: entities with their hours, the priority line first, contacts and gaps.

Few hundred entities at most: they are read whole, searched without accents and cut into pages here, so that
the number of queries does not depend on theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from atdemain.organisation.calendar import BusinessCalendar, NeverOpen
from atdemain.organisation.enums import EntityKind
from atdemain.organisation.models import Entity, EntityContact, PriorityLine
from atdemain.organisation.opening_hours import WEEKDAYS, day_as_text
from cases import phones
from cases.names import name_key

#: An entry verified longer ago than this is shown amber (domain.md §5.6).
FRESH = timedelta(days=90)
#: The order of the directory: who repairs, then who sells, then partners, then our own units.
KINDS = (
    EntityKind.BACK_OFFICE,
    EntityKind.UI,
    EntityKind.AGPRO,
    EntityKind.AD,
    EntityKind.PARTNER_CONTACT_CENTRE,
    EntityKind.PARTNER_FIELD,
    EntityKind.OTHER,
    EntityKind.UAT,
)
NO_LINE, NO_CONTACT, UNVERIFIED = "sans fil prioritaire", "sans interlocuteur joignable", "à vérifier"


@dataclass(frozen=True, slots=True)
class Opening:
    """`until`: the closing time while open, the next opening while closed, None when it never opens."""

    open: bool
    until: datetime | None


@dataclass(slots=True)
class Line:
    line: PriorityLine
    opening: Opening

    @property
    def own_week(self) -> list[tuple[str, str]]:
        """(day, hours) when the line has hours of its own; [] when it follows the entity's."""
        week = self.line.weekly_hours or []
        return [(name, day_as_text(day)) for name, day in zip(WEEKDAYS, week, strict=False)]


@dataclass(slots=True)
class Person:
    """`reports`: « injoignable » said and not settled yet."""

    contact: EntityContact
    stale: bool
    reports: int


@dataclass(slots=True)
class Listed:
    entity: Entity
    opening: Opening | None = None
    lines: list[Line] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)

    @property
    def gaps(self) -> list[str]:
        """What is missing of an entity that cases may be escalated to."""
        if not self.entity.accepts_escalations:
            return []
        missing = [] if self.lines else [NO_LINE]
        if not self.reachable:
            missing.append(NO_CONTACT)
        elif all(person.stale for person in self.reachable):
            missing.append(UNVERIFIED)
        return missing

    @property
    def reachable(self) -> list[Person]:
        return [person for person in self.people if person.contact.phone or person.contact.email]

    @property
    def callable(self) -> list[Person]:
        """Those with a number, the ones nobody reported unreachable first."""
        return sorted(
            (person for person in self.people if person.contact.phone), key=lambda person: person.reports > 0
        )

    @property
    def others(self) -> list[Person]:
        """Whom a case's panel puts behind the number to call first."""
        first = [] if self.lines else self.callable[:1]
        return [person for person in self.people if person not in first]

    @property
    def silent(self) -> bool:
        """Nobody to call at all."""
        return not self.lines and not self.reachable


def opening(calendar: BusinessCalendar, now: datetime) -> Opening:
    try:
        if calendar.is_open(now):
            today = calendar.hours_on(calendar.local_date(now))
            return Opening(True, next(closes for opens, closes in today if opens <= now < closes))
        return Opening(False, calendar.next_opening(now))
    except NeverOpen:
        return Opening(False, None)


def is_stale(verified_on: date | None, now: datetime) -> bool:
    """Never verified, or more than 90 days ago."""
    return verified_on is None or timezone.localdate(now) - verified_on > FRESH


def valid_lines(now: datetime) -> QuerySet[PriorityLine]:
    return PriorityLine.objects.valid_on(timezone.localdate(now)).order_by("target_answer_s", "number")


def active_people() -> QuerySet[EntityContact]:
    """Who can be asked for, with the reports that wait for an answer."""
    waiting = Count("unreachable_reports", filter=Q(unreachable_reports__settled_at__isnull=True))
    return EntityContact.objects.filter(active=True).annotate(reports=waiting).order_by("name", "pk")


def gathered(entities: Iterable[Entity], now: datetime) -> list[Listed]:
    """These entities with their lines and people; two queries, whatever their number."""
    listed = {entity.pk: Listed(entity) for entity in entities}
    for line in valid_lines(now).filter(entity__in=listed):
        listed[line.entity_id].lines.append(Line(line, Opening(True, None)))
    for contact in active_people().filter(entity__in=listed):
        stale = is_stale(contact.verified_on, now)
        listed[contact.entity_id].people.append(Person(contact, stale, contact.reports))
    return list(listed.values())


def with_hours(listed: Sequence[Listed], now: datetime) -> Sequence[Listed]:
    """Adds who is open now, for what a page shows; no query."""
    for one in listed:
        calendar = one.entity.calendar()
        one.opening = opening(calendar, now)
        for line in one.lines:
            own = line.line.weekly_hours
            line.opening = opening(line_calendar(one.entity, own), now) if own else one.opening
    return listed


def line_calendar(entity: Entity, hours: list) -> BusinessCalendar:
    return BusinessCalendar.build(
        tz=entity.tz, holiday_zone=entity.holiday_zone, weekly_hours=hours, exceptions=[]
    )


@dataclass(frozen=True, slots=True)
class Found:
    """`counts`: how many of each kind there are, whatever was asked."""

    listed: list[Listed]
    counts: dict[str, int]
    gaps: int
    total: int


def directory(now: datetime, *, query: str = "", kind: str = "", only_gaps: bool = False) -> Found:
    """The entities asked for, by kind then name; three queries."""
    everything = gathered(Entity.objects.order_by("name", "pk"), now)
    counts: dict[str, int] = defaultdict(int)
    for one in everything:
        counts[one.entity.kind] += 1
    wanted = [
        one
        for one in everything
        if (not kind or one.entity.kind == kind)
        and (not only_gaps or one.gaps)
        and (not query or _matches(one, query))
    ]
    rank = {value: place for place, value in enumerate(KINDS)}
    wanted.sort(key=lambda one: (rank.get(EntityKind(one.entity.kind), 99), name_key(one.entity.name)))
    incomplete = sum(bool(one.gaps) for one in everything)
    return Found(wanted, dict(counts), incomplete, len(everything))


def _matches(one: Listed, query: str) -> bool:
    """Every word somewhere in the entity's name, code or kind, or its people's names; or a number of its own."""
    number = phones.e164(query)
    if number:
        return any(number == line.line.number for line in one.lines) or any(
            number == person.contact.phone for person in one.people
        )
    names = [one.entity.name, one.entity.code, one.entity.get_kind_display()]
    text = name_key(" ".join([*names, *(person.contact.name for person in one.people)]))
    words = name_key(query).split()
    return bool(words) and all(word in text for word in words)
