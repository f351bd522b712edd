"""Nobody leaves the programme, the role or the company with cases in hand (domain.md §2.5, INV-01).

Leaving is refused until each open case is given to somebody else. A consent that is withdrawn cannot be
refused: the cases it allowed go back to the unit's queue in the same transaction. A participation that
reaches its last day does the same, at the clock's next round.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from atdemain.journal.actors import Actor, system
from atdemain.organisation import consent, participation
from atdemain.organisation.models import Participation, User
from cases import hooks
from cases.enums import Origin
from cases.models import Case
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
    if release_ended not in hooks.rounds:
        hooks.rounds.append(release_ended)


def open_cases_objection(user: User, at: datetime) -> str:
    """Why this advisor cannot leave now, "" when no working case is theirs."""
    refs = list(Case.objects.working().filter(owner=user.pk).order_by("pk").values_list("ref", flat=True))
    if not refs:
        return ""
    more = f" et {len(refs) - SHOWN} autres" if len(refs) > SHOWN else ""
    named = ", ".join(refs[:SHOWN]) + more
    many = "dossiers ouverts" if len(refs) > 1 else "dossier ouvert"
    return (
        f"{user.short_name} garde {len(refs)} {many} ({named}) : confiez-les d’abord à un autre conseiller."
    )


def _held(user: User) -> QuerySet[Case]:
    return Case.objects.working().filter(owner=user.pk, origin=Origin.RD3PLUS).order_by("pk")


def lock_cases(user: User) -> None:
    """Before the participation, in the order of the door, of routing and of a merge: case, then participation."""
    if connection.features.has_select_for_update:
        list(_held(user).select_for_update().values_list("pk"))


def release_cases(user: User, at: datetime, actor: Actor) -> None:
    """The working RD3+ cases of somebody who no longer takes part; manual ones stay.

    Those given between `lock_cases` and the participation's lock are not waited for, since who holds one of them
    may wait for the participation: raises TakenMeanwhile, and all begins again.
    """
    held = _held(user)
    if connection.features.has_select_for_update_nowait:
        try:
            list(held.select_for_update(nowait=True).values_list("pk"))
        except OperationalError as taken:
            raise consent.TakenMeanwhile from taken
    if not held.exists() or participation.eligible_owner(user, Origin.RD3PLUS, at):
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
