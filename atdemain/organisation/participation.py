"""Who takes part, and so who may own a case (domain.md §2.4, §5.1 E1–E2, INV-01)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from atdemain.organisation.enums import ConsentAnswer, Role
from atdemain.organisation.models import InternalAdvisor, Participation, User

#: origin of the cases opened by the repeat rule: the only ones reserved to participants
RD3PLUS = "rd3plus"

#: Apps above register here: (user, at) -> French reason why this person cannot leave now, or "".
#: Leaving means the end of a participation, of the advisor role or of the account.
leaving_objections: list[Callable[[User, datetime], str]] = []


def active_participants(at: datetime) -> QuerySet[Participation]:
    """Participations running at `at` whose employee accepted. Dates are those of Paris."""
    day = timezone.localdate(at)
    return Participation.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day),
        starts_on__lte=day,
        consent=ConsentAnswer.ACCEPTED,
    )


def eligible_owners(origin: str, at: datetime) -> QuerySet[InternalAdvisor]:
    """The advisors who may own a case of this origin at `at`; `select_related` the account."""
    advisors = InternalAdvisor.objects.select_related("user").filter(
        active=True, user__is_active=True, user__groups__name=Role.ADVISOR.value
    )
    if origin == RD3PLUS:
        advisors = advisors.filter(user__in=active_participants(at).values("employee"))
    return advisors.order_by("user__last_name", "user__first_name", "pk")


def eligible_owner(user: User, origin: str, at: datetime, *, hold: bool = False) -> bool:
    """Whether this account may own a case of this origin at `at` (INV-01); `hold` as below."""
    return not owner_objection(user, origin, at, hold=hold)


def owner_objection(user: User, origin: str, at: datetime, *, hold: bool = False) -> str:
    """The exclusion code of domain.md §5.1 (not_internal, not_participant, no_consent), or "".

    `hold`: the answer stands until the end of the caller's transaction. A consent being withdrawn
    meanwhile waits for it, and then takes back what this transaction gave.
    """
    if hold and origin == RD3PLUS:
        list(
            Participation.objects.select_for_update()
            .filter(employee=user.pk)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
    profile = getattr(user, "advisor_profile", None)
    if profile is None or not profile.active or not user.has_role(Role.ADVISOR):
        return "not_internal"
    if origin != RD3PLUS or active_participants(at).filter(employee=user).exists():
        return ""
    day = timezone.localdate(at)
    takes_part = Participation.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), employee=user, starts_on__lte=day
    )
    return "no_consent" if takes_part.exists() else "not_participant"


def objections_to_leaving(user: User, at: datetime) -> list[str]:
    """Why this person cannot leave the programme or the role now, in French."""
    return [reason for ask in leaving_objections if (reason := ask(user, at))]
