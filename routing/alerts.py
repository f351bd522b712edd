"""Below the floor of fairness, who must know is told, once (domain.md §5.4).

A unit's day: its head. The week between units: the lead of the programme and the head of each unit compared.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from atdemain.notifications.inbox import Item, notify_many
from atdemain.organisation.models import Programme, Unit
from atdemain.pages.typography import number
from routing import equity
from routing.facts import policy_in_force
from routing.models import UnitLoad
from routing.policy import Policy


def tell_fairness(now: datetime) -> int:
    """Yesterday's units, and on any day of a week the week before; how many items were new."""
    row = policy_in_force(now)
    policy = row.policy() if row else Policy()
    return notify_many([*_inside(now, policy), *_between(now, policy)])


def _inside(now: datetime, policy: Policy) -> list[Item]:
    since = timezone.localdate(now) - timedelta(days=2)
    rows = UnitLoad.objects.filter(day__gte=since, jain__lt=policy.fairness_in_unit).select_related("unit")
    return [
        Item(
            one.unit.head_id,
            "fairness_unit",
            f"Équité sous le seuil\u00a0: {one.unit.name}, {number(float(one.jain), 3)} le {one.day:%d/%m}",
            f"fairness:unit:{one.unit_id}:{one.day:%Y%m%d}",
            now,
            body=f"Seuil {number(policy.fairness_in_unit, 2)}, {one.people} conseillers. La page montre le calcul.",
            url=f"/fairness/?day={one.day:%Y-%m-%d}",
        )
        for one in rows.order_by("day", "unit")
        if one.unit.head_id
    ]


def _between(now: datetime, policy: Policy) -> list[Item]:
    today = timezone.localdate(now)
    monday = today - timedelta(days=today.weekday() + 7)
    week = equity.between(monday, policy)
    if not week.below or week.jain is None:
        return []
    heads = Unit.objects.filter(name__in=[one.name for one in week.units], head__isnull=False)
    leads = Programme.objects.filter(lead__isnull=False).order_by("pk")
    readers = {*heads.values_list("head", flat=True), *leads.values_list("lead", flat=True)}
    return [
        Item(
            reader,
            "fairness_between",
            f"Équité entre unités sous le seuil\u00a0: {number(week.jain, 3)}, semaine du {monday:%d/%m}",
            f"fairness:between:{monday:%Y%m%d}:{reader}",
            now,
            body=f"Seuil {number(policy.fairness_between_units, 2)}, {len(week.units)} unités comparées. "
            "La page montre le calcul.",
            url=f"/fairness/?day={monday + timedelta(days=4):%Y-%m-%d}",
        )
        for reader in sorted(readers)
    ]
