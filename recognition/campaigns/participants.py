"""Whom a campaign is about: everybody who took part during the period, whatever the role, the mode or the end.

Nobody is left out for the way they came in or out (INV-19); whoever has an award under the same version already has
been through a campaign of it.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from atdemain.organisation.models import Participation, User
from recognition.models import Award, Campaign


def participants(campaign: Campaign) -> QuerySet[User]:
    """In the order of employee numbers."""
    return (
        _took_part(campaign)
        .exclude(Exists(_elsewhere(campaign)))
        .order_by("employee_number", "pk")
        .distinct()
    )


def already_awarded(campaign: Campaign) -> int:
    """How many are left out because another campaign of the version gave them an award."""
    return _took_part(campaign).filter(Exists(_elsewhere(campaign))).distinct().count()


def _took_part(campaign: Campaign) -> QuerySet[User]:
    scheme = campaign.scheme
    during = Participation.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=scheme.period_start),
        employee=OuterRef("pk"),
        programme=scheme.programme_id,
        starts_on__lte=scheme.period_end,
    )
    people = User.objects.filter(Exists(during))
    return people.filter(unit=campaign.unit_id) if campaign.unit_id else people


def _elsewhere(campaign: Campaign) -> QuerySet[Award]:
    return Award.objects.filter(scheme=campaign.scheme_id, employee=OuterRef("pk")).exclude(
        campaign=campaign.pk
    )
