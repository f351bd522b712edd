"""What routing adds to the demonstration: skills, planning, agreements; then its day (`routing.demo_day`).

`cases` seeds without knowing routing; the event `demo_seeded` ends its work, inside one transaction. The
month was lived by people who took the cases they answered: the planning is laid around what they promised,
and the engine only gives what still waits. Deterministic: the same day gives the same planning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from atdemain.organisation.calendar import BusinessCalendar
from atdemain.organisation.enums import ConsentAnswer
from atdemain.organisation.models import Entity, Participation, Unit, User
from cases.enums import ReasonFamily
from cases.models import Case
from routing.enums import PresenceKind
from routing.equity import PARTNERS, partners
from routing.models import AdvisorSkill, FlowCompensation, Presence, RoutingPolicy, Skill, UnitSharing
from routing.policy import Policy
from routing.presence import KEPT, PLANNING_KEPT

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AHEAD = 14  # days of planning known
LONGEST = 11 * HOUR  # a shift that is stretched over a promise stays humane
#: first hour of the three ordinary shifts of eight hours, and of the crews of a day open round the clock
STARTS, CREWS = (8, 10, 12), (0, 8, 16)
VOICE = "telephonie-fixe"
#: who was trained to the rare module, by rank in the unit: they are away training while the queue waits
TRAINED, SPENT = (5, 6, 7), (15, 16)


def on_seeded(*, now: datetime, advisor: User, **_: Any) -> None:
    """`advisor` has a long day around now."""
    people = _participants()
    units = {unit.pk: unit for unit in Unit.objects.all()}
    calendars = {pk: unit.calendar() for pk, unit in units.items()}
    home = advisor.unit_id
    _skills(people, home, now)
    promised = _promised(now)
    rows: list[Presence] = []
    for unit_id, members in people.items():
        for rank, user in enumerate(members):
            spans = promised.get(user.pk, [])
            if user.pk == advisor.pk:
                rows += _own(user, calendars[unit_id], now, spans)
            else:
                rows += _planning(user, rank, calendars[unit_id], now, spans)
    training = {people[home][rank].pk for rank in TRAINED}
    rows = [row for row in rows if row.kind == PresenceKind.SHIFT or not _around(row, now, training)]
    rows += [
        Presence(user_id=pk, kind=PresenceKind.TRAINING, starts_at=now - 2 * HOUR, ends_at=now + 6 * HOUR)
        for pk in sorted(training)
    ]
    Presence.objects.bulk_create(rows, batch_size=1_000)
    _agreements(units, home)
    _compensation(now)
    latest = RoutingPolicy.objects.order_by("-version").values_list("version", flat=True).first() or 0
    RoutingPolicy.objects.create(
        version=latest + 1,
        valid_from=now - timedelta(days=365),
        settings_json={"tie_width_pct": 0, "conflictual": 6},
        reason="Réglages du pilote",
    )


def _participants() -> dict[int, list[User]]:
    """Who takes part, by unit, in the order they joined."""
    found: dict[int, list[User]] = defaultdict(list)
    taking_part = Participation.objects.select_related("employee").order_by("pk")
    for one in taking_part.filter(consent=ConsentAnswer.ACCEPTED, ends_on=None):
        found[one.employee.unit_id].append(one.employee)
    return found


def _skills(people: dict[int, list[User]], home: int, now: datetime) -> None:
    """The base module for all (two let it expire), a rare one for three people of one unit."""
    today = now.date()
    base = Skill.objects.get_or_create(code="base", defaults={"label": "Module de base RD3+"})[0]
    voice = Skill.objects.create(
        code=VOICE, label="Module téléphonie fixe", reason_family=ReasonFamily.VOICE_FAULT
    )
    rows = []
    for unit_id, members in people.items():
        for rank, user in enumerate(members):
            spent = rank in SPENT and unit_id != home
            begun = today - timedelta(days=400 if spent else 190 + rank)
            rows.append(
                AdvisorSkill(
                    user=user,
                    skill=base,
                    level=1 + rank % 3,
                    validated_on=begun,
                    expires_on=begun + timedelta(days=365),
                )
            )
            if unit_id == home and rank in TRAINED:
                rows.append(
                    AdvisorSkill(user=user, skill=voice, level=2, validated_on=today - timedelta(days=20))
                )
    AdvisorSkill.objects.bulk_create(rows)


def _promised(now: datetime) -> dict[int, list[tuple[datetime, datetime]]]:
    """The callbacks to come, by who made them: their planning covers them."""
    spans: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows = Case.objects.working().filter(current_promise__window_end__gt=now, owner__isnull=False)
    for owner, start, end in rows.order_by("pk").values_list(
        "owner", "current_promise__window_start", "current_promise__window_end"
    ):
        spans[owner].append((start, end))
    return spans


# -- planning ---------------------------------------------------------------------------------------------


def _days(calendar: BusinessCalendar, now: datetime) -> Iterator[date]:
    """From the oldest day a planning is kept to the last one known."""
    today = calendar.local_date(now)
    for shift in range(1 - PLANNING_KEPT.days, AHEAD + 1):
        yield today + timedelta(days=shift)


def _planning(
    user: User,
    rank: int,
    calendar: BusinessCalendar,
    now: datetime,
    spans: Sequence[tuple[datetime, datetime]],
) -> Iterator[Presence]:
    """Eight hours a day the unit works, early, in the middle or late by the week; a break inside each.

    A part-timer has a day off every week (80 %) or every other week (90 %), and one Saturday in three is
    worked. A day open round the clock has three crews.
    """
    last: datetime | None = None
    for day in _days(calendar, now):
        hours = calendar.hours_on(day)
        if not hours or _off(user, rank, day):
            continue
        midnight, opens, closes = _midnight(day, calendar), hours[0][0], hours[-1][1]
        if closes - opens > 20 * HOUR:
            start = midnight + CREWS[(rank + day.toordinal() // 7) % 3] * HOUR
        else:
            start = midnight + STARTS[(rank + day.toordinal() // 7) % 3] * HOUR
        start, end = _over(max(start, opens), min(start + 8 * HOUR, closes), spans)
        if last is not None and start < last:
            continue  # the night crew of the day before still works
        last = end
        yield from _shift(user, start, end, now)


def _own(
    user: User, calendar: BusinessCalendar, now: datetime, spans: Sequence[tuple[datetime, datetime]]
) -> Iterator[Presence]:
    """The planning of the account one logs in with: on shift now, whatever the hour, and tomorrow alike."""
    hour = now.replace(minute=0)
    today = (hour - 3 * HOUR, hour + 8 * HOUR)
    tomorrow = (hour + 19 * HOUR, hour + 30 * HOUR)
    busy = (today[0] - 10 * HOUR, tomorrow[1] + 10 * HOUR)
    for day in _days(calendar, now):
        if not calendar.hours_on(day) or day.weekday() == 5:
            continue
        start = _midnight(day, calendar) + 9 * HOUR
        end = start + 8 * HOUR
        if end <= busy[0] or start >= busy[1]:
            yield from _shift(user, start, end, now)
    for start, end in (today, tomorrow):
        yield Presence(user=user, kind=PresenceKind.SHIFT, starts_at=start, ends_at=end)


def _shift(user: User, start: datetime, end: datetime, now: datetime) -> Iterator[Presence]:
    """A shift and its break; breaks are individual, and as old as what is kept of people's clicks."""
    yield Presence(user=user, kind=PresenceKind.SHIFT, starts_at=start, ends_at=end)
    if end > now - KEPT and end - start > 5 * HOUR:
        middle = start + 4 * HOUR + timedelta(minutes=15 * (user.pk % 3))
        yield Presence(
            user=user, kind=PresenceKind.BREAK, starts_at=middle, ends_at=middle + timedelta(minutes=30)
        )


def _midnight(day: date, calendar: BusinessCalendar) -> datetime:
    return datetime.combine(day, time.min, calendar.tz).astimezone(calendar.tz)


def _off(user: User, rank: int, day: date) -> bool:
    week = day.toordinal() // 7
    if day.weekday() >= 5:
        return (rank + week) % 3 != 0
    if user.working_time_pct == 100 or (user.working_time_pct == 90 and week % 2):
        return False
    return day.weekday() == rank % 5


def _over(
    start: datetime, end: datetime, spans: Sequence[tuple[datetime, datetime]]
) -> tuple[datetime, datetime]:
    """Stretched over the callbacks promised near this shift."""
    for begins, ends in spans:
        if abs(begins - start) > 12 * HOUR:
            continue
        first, latest = min(start, begins), max(end, ends)
        if latest - first <= LONGEST:
            start, end = first, latest
    return start, end


def _around(row: Presence, now: datetime, training: set[int]) -> bool:
    """A break that would lie under today's training."""
    return row.user_id in training and abs(row.starts_at - now) < 12 * HOUR


# -- between units and with partners ------------------------------------------------------------------------


def _agreements(units: dict[int, Unit], home: int) -> None:
    by_code = {unit.code: unit for unit in units.values()}
    helper = by_code.get("uat-sud-ouest")
    if helper is not None and helper.pk != home:
        UnitSharing.objects.create(unit=units[home], helper=helper)


def _compensation(now: datetime) -> None:
    """The contacts handed to each partner this month in return for what was taken over: most of them."""
    month = timezone.localdate(now).replace(day=1)
    names = {entity.name: entity for entity in Entity.objects.filter(kind__in=PARTNERS)}
    FlowCompensation.objects.bulk_create(
        FlowCompensation(
            month=month,
            entity=names[one.name],
            absorbed=round(one.originated),
            delivered=round(one.originated * 31 / 10),
        )
        for one in partners(month, Policy())
        if one.originated
    )
