"""What a manager did for the team, and a back-office specialist for those who call (domain.md §6.2).

The load of an advisor never enters a file of HR (§5.3): alerts are counted, and their proof is the week they are read
in, not the assignment of somebody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.dateparse import parse_date

from atdemain.database import among
from atdemain.journal.models import AuditEvent
from atdemain.organisation.enums import Role
from atdemain.organisation.models import EntityContact, User
from cases.names import name_key
from recognition.enums import Unit
from recognition.evidence.scope import Scope, Stay
from recognition.findings import Fact
from routing.enums import AssignmentMode, BriefingState
from routing.models import Assignment, Briefing

#: How long a team's alert above the cap may wait for its answer.
ANSWER_WITHIN = timedelta(hours=24)
#: A contact of the directory is verified at least so often (L35).
VERIFIED_WITHIN = timedelta(days=90)


def briefing_weeks(scope: Scope) -> Iterator[tuple[int, Fact]]:
    """Weeks with a briefing led, out of the whole working weeks (Monday to Friday) held as a manager."""
    led: dict[int, list[tuple[int, date]]] = defaultdict(list)
    left: dict[int, list[str]] = defaultdict(list)
    rows = (
        Briefing.objects.filter(
            led_by__in=among(scope.people),
            starts_at__gte=scope.since,
            starts_at__lt=scope.until,
            starts_at__lte=scope.cutoff,
        )
        .exclude(state=BriefingState.CANCELLED)
        .order_by("starts_at", "pk")
    )
    for pk, leader, starts, closed in rows.values_list("pk", "led_by", "starts_at", "closed_at"):
        day = timezone.localdate(starts)
        if closed is not None and closed <= scope.cutoff:
            led[leader].append((pk, day - timedelta(days=day.weekday())))
        else:
            left[leader].append(f"Briefing du {day:%d/%m/%Y} : pas clos à l’arrêt des preuves.")
    for employee, stay in scope.stays.items():
        weeks = _weeks(stay)
        counted = [(pk, monday) for pk, monday in led.get(employee, ()) if monday in weeks]
        yield (
            employee,
            Fact(
                len({monday for _, monday in counted}),
                Unit.PERCENT.value,
                total=len(weeks),
                sources=tuple(f"briefing:{pk}" for pk, _ in counted),
                left_out=tuple(left.get(employee, ())),
            ),
        )


def _weeks(stay: Stay) -> set[date]:
    """The Mondays of the working weeks that lie wholly in the manager's intervals."""
    found = set()
    for one in stay.intervals:
        if one.role != Role.MANAGER:
            continue
        monday = one.first + timedelta(days=-one.first.weekday() % 7)
        while monday + timedelta(days=4) <= one.last:
            found.add(monday)
            monday += timedelta(days=7)
    return found


def alerts_answered(scope: Scope) -> Iterator[tuple[int, Fact]]:
    """Assignments above the cap received by the team, and those answered within 24 hours.

    Answered: given by somebody with a written reason, or within the day the case left that advisor's hands or was
    resolved. One whose day still runs at the cutoff is pending.
    """
    relieved = Assignment.objects.filter(
        case=OuterRef("case"),
        from_user=OuterRef("to_user"),
        at__gt=OuterRef("at"),
        at__lte=OuterRef("at") + ANSWER_WITHIN,
    ).filter(at__lte=scope.cutoff)
    rows = (
        Assignment.objects.filter(
            over_cap=True,
            to_user__team__manager__in=among(scope.people),
            at__gte=scope.since,
            at__lt=scope.until,
            at__lte=scope.cutoff,
        )
        .annotate(relieved=Exists(relieved))
        .order_by("at", "pk")
    )
    seen: dict[int, list[tuple[date, bool, bool]]] = defaultdict(list)
    named = ("to_user__team__manager", "at", "mode", "reason_code", "relieved", "case__resolved_at")
    for manager, at, mode, reason, freed, resolved in rows.values_list(*named):
        decided = mode == AssignmentMode.MANUAL and bool(reason)
        over = resolved is not None and at < resolved <= min(at + ANSWER_WITHIN, scope.cutoff)
        runs = at + ANSWER_WITHIN > scope.cutoff
        seen[manager].append((timezone.localdate(at), decided or freed or over, runs))
    for employee, stay in scope.stays.items():
        managed = [one for one in stay.intervals if one.role == Role.MANAGER]
        mine = [
            (day, answered, runs)
            for day, answered, runs in seen.get(employee, ())
            if any(one.first <= day <= one.last for one in managed)
        ]
        late = sum(1 for _, answered, runs in mine if not answered and not runs)
        yield (
            employee,
            Fact(
                sum(1 for _, answered, _ in mine if answered),
                Unit.PERCENT.value,
                total=len(mine),
                sources=tuple(dict.fromkeys(f"over_cap_week:{_monday(day):%Y-%m-%d}" for day, _, _ in mine)),
                left_out=(_late_words(late),) if late else (),
                pending=sum(1 for _, answered, runs in mine if not answered and runs),
            ),
        )


def _late_words(late: int) -> str:
    plural = "s" if late > 1 else ""
    return f"{late} alerte{plural} de dépassement sans réponse dans la journée."


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def named_contacts(scope: Scope) -> Iterator[tuple[int, Fact]]:
    """Entries of the directory that name the specialist, in their own entity: by e-mail, or by their full name.

    Verified within the 90 days before the period, or in it: an older entry is not known to hold. Verified again after
    it, the journal tells of the time before; where it does not, nobody can say, which is not « no ».
    """
    people = User.objects.filter(pk__in=among(scope.people), entity__isnull=False).order_by("pk")
    accounts = list(people.values_list("pk", "entity", "email", "first_name", "last_name"))
    entities = {entity for _, entity, *_ in accounts}
    listed: dict[int, list[tuple[int, str, str, date | None]]] = defaultdict(list)
    for pk, entity, name, email, verified in (
        EntityContact.objects.filter(entity__in=entities, active=True)
        .order_by("pk")
        .values_list("pk", "entity", "name", "email", "verified_on")
    ):
        listed[entity].append((pk, name_key(name), email.casefold(), verified))
    named: dict[int, list[tuple[int, date | None]]] = defaultdict(list)
    for employee, entity, email, first, last in accounts:
        key = name_key(f"{first} {last}")
        for pk, name, address, verified in listed[entity]:
            if (email and address == email.casefold()) or (key and name == key):
                named[employee].append((pk, verified))
    again = {pk for held in named.values() for pk, verified in held if verified and verified > scope.last}
    before = _verified_before(again, scope) if again else {}
    for employee in scope.stays:
        held = named.get(employee, [])
        fresh = [pk for pk, verified in held if before.get(pk, _in_time(verified, scope))]
        stale = [(pk, verified) for pk, verified in held if pk not in fresh]
        unknown = [pk for pk, _ in stale if pk in again and pk not in before]
        yield (
            employee,
            Fact(
                len(fresh),
                Unit.COUNT.value,
                sources=tuple(f"contact:{pk}" for pk in fresh),
                left_out=tuple(_stale_words(verified, unknown=pk in unknown) for pk, verified in stale),
                pending=len(unknown),
            ),
        )


def _in_time(verified: date | None, scope: Scope) -> bool:
    return verified is not None and scope.first - VERIFIED_WITHIN <= verified <= scope.last


def _verified_before(ids: Collection[int], scope: Scope) -> dict[int, bool]:
    """Entry → whether it was verified in time, of those the journal can tell: not those written anew after the
    period, which may have named somebody else, nor those whose beginning it does not hold."""
    events = AuditEvent.objects.filter(
        object_type="entitycontact",
        object_id__in=[str(pk) for pk in ids],
        refused=False,
        at__lte=scope.cutoff,
    )
    found: dict[int, bool] = {}
    whole: set[int] = set()
    changed: set[int] = set()
    for key, action, at, changes in events.order_by("seq").values_list(
        "object_id", "action", "at", "changes"
    ):
        pk = int(key)
        days = [parse_date(day) for day in changes.get("verified_on") or () if day]
        found[pk] = found.get(pk, False) or any(_in_time(day, scope) for day in days)
        if action == "created":
            whole.add(pk)
        elif action != "verified" and at >= scope.until:
            changed.add(pk)
    return {pk: told for pk, told in found.items() if pk not in changed and (told or pk in whole)}


def _stale_words(verified: date | None, *, unknown: bool) -> str:
    if verified is None:
        return "Contact de l’annuaire jamais vérifié."
    if unknown:
        return (
            f"Contact de l’annuaire vérifié le {verified:%d/%m/%Y}, après la période : une vérification plus ancienne "
            "reste à retrouver."
        )
    return f"Contact de l’annuaire vérifié le {verified:%d/%m/%Y}, hors des 90 jours avant la période et de la période."
