"""What the rules need to know of the people of a session, read in a few statements whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from atdemain.organisation.enums import Role
from atdemain.organisation.models import Participation, User
from atdemain.organisation.roles import read_roles, role_names
from recognition.mentoring.enums import LIVE
from recognition.mentoring.rules import Person, Slot
from recognition.models import MentoringSession
from routing.enums import PresenceKind, PresenceSource
from routing.models import Presence
from routing.planning import zone_of
from routing.presence import local

#: Who mentors and who is mentored (domain.md §6.4); the others have no part in it.
ROLES = (Role.ADVISOR, Role.SUPPORT, Role.TRAINER, Role.BACK_OFFICE, Role.MANAGER)
#: What sessions of the days around may weigh on the same local day, whatever the zones.
AROUND = timedelta(hours=50)
#: Planned time that a session held already cannot have overlapped.
HELD_ELSEWHERE = (PresenceKind.ABSENCE, PresenceKind.BRIEFING, PresenceKind.TRAINING)


def colleagues() -> QuerySet[User]:
    """The accounts that may mentor or be mentored today, in alphabetical order."""
    return (
        User.objects.filter(is_active=True, groups__name__in=[role.value for role in ROLES])
        .distinct()
        .order_by("last_name", "first_name", "pk")
    )


def hold(pks: Collection[int]) -> None:
    """Lock these people, always in the same order: two sessions of one person are checked one after the other."""
    list(
        User.objects.select_for_update(no_key=True)
        .filter(pk__in=pks)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def people(
    pks: Collection[int], start: datetime, end: datetime, *, mentor: int, but: int | None = None
) -> dict[int, Person]:
    """Everybody's facts on the day of [start, end); `but`: the session being edited. Four statements."""
    taken = _taken(pks, start, end, but)
    found = {}
    users = User.objects.select_related("unit").annotate(together=role_names()).filter(pk__in=pks)
    for user in users.order_by("pk"):
        zone = zone_of(user)
        day = start.astimezone(zone).date()
        taking_part, left_on = _participation(user.pk, day) if user.pk == mentor else (True, None)
        found[user.pk] = Person(
            pk=user.pk,
            name=user.short_name,
            zone=zone,
            day=day,
            account_active=user.is_active,
            may=not read_roles(user.together).isdisjoint(ROLES),
            active_from=user.hired_on,
            active_to=user.left_on,
            taking_part=taking_part,
            left_on=left_on,
            taken=tuple(sorted(taken[user.pk], key=lambda slot: slot.starts_at)),
        )
    return found


def mentor_then(mentor: User, start: datetime) -> Person:
    """Whether the mentor was there and took part that day, as known now; their account may be closed since."""
    zone = zone_of(mentor)
    day = start.astimezone(zone).date()
    taking_part, left_on = _participation(mentor.pk, day)
    return Person(
        mentor.pk, mentor.short_name, zone, day,
        active_from=mentor.hired_on, active_to=mentor.left_on, taking_part=taking_part, left_on=left_on,
    )  # fmt: skip


def _participation(user_id: int, day: date) -> tuple[bool, date | None]:
    """Whether one runs on this day, both ends included; else the last day of the one before."""
    rows = list(
        Participation.objects.filter(employee=user_id, starts_on__lte=day)
        .order_by("starts_on")
        .values_list("ends_on", flat=True)
    )
    if any(end is None or end >= day for end in rows):
        return True, None
    return False, max((end for end in rows if end is not None), default=None)


def _taken(
    pks: Collection[int], start: datetime, end: datetime, but: int | None
) -> defaultdict[int, set[Slot]]:
    near = MentoringSession.objects.filter(
        state__in=LIVE, starts_at__lt=end + AROUND, ends_at__gt=start - AROUND
    ).exclude(pk=but or 0)
    taken: defaultdict[int, set[Slot]] = defaultdict(set)
    given = near.filter(mentor__in=pks).order_by().values_list("mentor", "starts_at", "ends_at")
    received = near.filter(seats__trainee__in=pks).order_by()
    for user, begins, ends in [*given, *received.values_list("seats__trainee", "starts_at", "ends_at")]:
        if user in pks:
            taken[user].add(Slot(begins, ends))
    return taken


def elsewhere(pks: Collection[int], start: datetime, end: datetime) -> dict[int, str]:
    """Who is planned elsewhere during a session already held, and where, in French. One statement."""
    rows = Presence.objects.filter(
        user__in=pks,
        kind__in=HELD_ELSEWHERE,
        source=PresenceSource.PLANNING,
        starts_at__lt=end,
        ends_at__gt=start,
    ).order_by("-starts_at")
    return {
        row.user_id: f"chevauche « {row.get_kind_display().lower()} » du {local(row.starts_at)} au "
        f"{local(row.ends_at)}."
        for row in rows
    }


def sessions_between(pks: Collection[int], start: datetime, end: datetime) -> QuerySet[MentoringSession]:
    """Live sessions that meet [start, end) of any of these people, in either part."""
    return (
        MentoringSession.objects.filter(
            Q(mentor__in=pks) | Q(seats__trainee__in=pks),
            state__in=LIVE,
            starts_at__lt=end,
            ends_at__gt=start,
        )
        .distinct()
        .order_by("starts_at", "pk")
    )
