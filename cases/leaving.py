"""Nobody leaves the programme, the role or the company with cases in hand (domain.md §2.5, INV-01).

Leaving is refused until each open case is given to somebody else. A consent that is withdrawn cannot be
refused: the cases it allowed go back to the unit's queue in the same transaction. A participation that
reaches its last day does the same, at the clock's next round, and so does a case given to an account in the
instant it was closed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from atdemain.journal.actors import Actor, system
from atdemain.organisation import closing, consent, participation
from atdemain.organisation.closing import Held
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Participation, User
from cases import hooks
from cases.enums import OPEN_ESCALATION, Origin
from cases.models import Case, Escalation
from cases.workflow import apply

SHOWN = 5  # references named in the refusal
ENDED_SINCE = timedelta(days=7)  # how far back a round looks: a clock stopped for less forgets nobody


def register() -> None:
    """Listen to the organisation, which knows nothing of cases; registering twice is once."""
    if open_cases_objection not in participation.leaving_objections:
        participation.leaving_objections.append(open_cases_objection)
    if lock_cases not in consent.before_withdrawal:
        consent.before_withdrawal.append(lock_cases)
    if release_cases not in consent.on_withdrawal:
        consent.on_withdrawal.append(release_cases)
    if work_in_hand not in closing.providers:
        closing.providers.append(work_in_hand)
    for work in (release_ended, release_closed):
        if work not in hooks.rounds:
            hooks.rounds.append(work)


def open_cases_objection(user: User, at: datetime) -> str:
    """Why this advisor cannot leave now, "" when no working case is theirs."""
    owned = _owned(user)
    return owned[0].sentence if owned else ""


def work_in_hand(user: User, at: datetime) -> list[Held]:
    """Cases kept (and what was promised on them), cases delegated, escalations taken."""
    return [*_owned(user), *_delegated(user, at), *_taken(user)]


def _owned(user: User) -> list[Held]:
    rows = list(Case.objects.working().filter(owner=user.pk).order_by("pk").values_list("ref", "unit"))
    if not rows:
        return []
    many = "dossiers ouverts" if len(rows) > 1 else "dossier ouvert"
    told = f"{user.short_name} garde {len(rows)} {many} ({_named(ref for ref, _ in rows)})"
    return [
        Held(
            f"{told} : confiez-les d’abord à un autre conseiller.",
            roles=frozenset({Role.ADVISOR}),
            units=frozenset(unit for _, unit in rows if unit),
            kind="owned",
        )
    ]


def _delegated(user: User, at: datetime) -> list[Held]:
    in_office = Q(delegate_to__isnull=True) | Q(delegate_to__gt=at)
    cases = Case.objects.working().filter(in_office, delegate=user.pk).order_by("pk")
    rows = list(cases.values_list("ref", "unit"))
    if not rows:
        return []
    many = "dossiers" if len(rows) > 1 else "un dossier"
    told = f"{user.short_name} est suppléant sur {f'{len(rows)} ' if len(rows) > 1 else ''}{many}"
    return [
        Held(
            f"{told} ({_named(ref for ref, _ in rows)}) : rendez la suppléance, ou donnez-la à quelqu’un d’autre.",
            roles=frozenset({Role.ADVISOR, Role.SUPPORT, Role.MANAGER}),
            units=frozenset(unit for _, unit in rows if unit),
        )
    ]


def _taken(user: User) -> list[Held]:
    open_ones = Escalation.objects.filter(handled_by=user.pk, status__in=OPEN_ESCALATION)
    refs = list(open_ones.order_by("pk").values_list("case__ref", flat=True))
    if not refs:
        return []
    many = "escalades" if len(refs) > 1 else "une escalade"
    told = f"{user.short_name} traite {f'{len(refs)} ' if len(refs) > 1 else ''}{many} ({_named(refs)})"
    return [Held(f"{told} : rendez-les à l’entité.", roles=frozenset({Role.BACK_OFFICE}))]


def _named(refs: Iterable[str]) -> str:
    refs = list(refs)
    more = f" et {len(refs) - SHOWN} autres" if len(refs) > SHOWN else ""
    return ", ".join(refs[:SHOWN]) + more


def _held(user: User) -> QuerySet[Case]:
    return Case.objects.working().filter(owner=user.pk, origin=Origin.RD3PLUS).order_by("pk")


def lock_cases(user: User) -> None:
    """Before the participation, in the order of the door, of routing and of a merge: case, then participation."""
    if connection.features.has_select_for_update:
        list(_held(user).select_for_update().values_list("pk"))


def release_cases(user: User, at: datetime, actor: Actor, *, leaving: bool = False) -> None:
    """The working RD3+ cases of somebody who no longer takes part; manual ones stay. `leaving`: or who says so today.

    Those given between `lock_cases` and the participation's lock are not waited for, since who holds one of them
    may wait for the participation: raises TakenMeanwhile, and all begins again.
    """
    held = _held(user)
    if connection.features.has_select_for_update_nowait:
        try:
            list(held.select_for_update(nowait=True).values_list("pk"))
        except OperationalError as taken:
            raise consent.TakenMeanwhile from taken
    if not held.exists() or (not leaving and participation.eligible_owner(user, Origin.RD3PLUS, at)):
        return
    clock = system("consent")
    for case_id in list(held.values_list("pk", flat=True)):
        apply(case_id, "release", actor=clock, now=at)


def release_ended(now: datetime) -> None:
    """Participations whose last day is over: their RD3+ cases go back to the queue (one query when none)."""
    today = timezone.localdate(now)
    ended = Participation.objects.filter(ends_on__lt=today, ends_on__gte=today - ENDED_SINCE)
    for user in User.objects.filter(pk__in=ended.values("employee")).order_by("pk"):
        try:
            with transaction.atomic():
                release_cases(user, now, system("participation"))
        except consent.TakenMeanwhile:
            continue  # somebody is on one of these cases: the next round


def release_closed(now: datetime) -> None:
    """Cases given to an account while it was being closed: back to the queue (one query when none)."""
    stranded = Case.objects.working().filter(owner__user__is_active=False).order_by("pk")
    for case_id in list(stranded.values_list("pk", flat=True)):
        with transaction.atomic():
            apply(case_id, "release", actor=system("closing"), now=now)
