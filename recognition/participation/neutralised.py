"""Neutralised days outside any participation: a number, entered by HR; the cause is nowhere (domain.md §6.5, §11)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.differences import differences
from atdemain.journal.record import record
from atdemain.organisation.models import Participation, User
from recognition.models import NeutralisedDays, SchemeVersion
from recognition.participation.periods import check_order, days_of
from recognition.participation.refusal import Refused


def enter(
    employee: User, *, from_on: date, to_on: date, days: int, actor: Actor, now: datetime
) -> NeutralisedDays:
    """Both ends included, already past. The same entry twice is once. Raises Refused at its field."""
    check_order(from_on, to_on, "to_on")
    if to_on >= timezone.localdate(now):
        raise Refused("Ces jours ne sont pas passés : saisissez-les une fois la période finie.", "to_on")
    length = days_of(from_on, to_on)
    if days < 1:
        raise Refused("Comptez au moins un jour.", "days")
    if days > length:
        raise Refused(f"La période compte {length} jour{'s' * (length > 1)} : pas plus.", "days")
    if cut := boundary_in(from_on, to_on):
        raise Refused(
            f"Une période du dispositif finit le {cut:%d/%m/%Y} : saisissez les jours de chaque côté à part, pour qu’ils ne "
            "comptent pas deux fois.",
            "to_on",
        )
    with transaction.atomic():
        User.objects.select_for_update().get(pk=employee.pk)
        known = NeutralisedDays.objects.filter(employee=employee, from_on__lte=to_on, to_on__gte=from_on)
        if other := known.order_by("from_on").first():
            if (other.from_on, other.to_on, other.days) == (from_on, to_on, days):
                return other
            raise Refused(
                f"Des jours sont déjà saisis du {other.from_on:%d/%m/%Y} au {other.to_on:%d/%m/%Y}.",
                "from_on",
            )
        if covering := covered_by(employee.pk, from_on, to_on).first():
            until = f" au {covering.ends_on:%d/%m/%Y}" if covering.ends_on else ", sans fin"
            raise Refused(
                f"Une participation couvre déjà ces jours (du {covering.starts_on:%d/%m/%Y}{until}) : "
                "ils comptent d’eux-mêmes.",
                "from_on",
            )
        made = NeutralisedDays(
            employee=employee, from_on=from_on, to_on=to_on, days=days, entered_by=actor.user, entered_at=now
        )
        made.save()
        changes, personal = differences(None, made)
        record("neutraliseddays", made.pk, "created", actor=actor, at=now, changes=changes, personal=personal)
    return made


def remove(pk: int, *, actor: Actor, now: datetime) -> None:
    """Entered by mistake: it goes, the journal keeps that it was there. Gone already, nothing happens."""
    with transaction.atomic():
        held = NeutralisedDays.objects.select_for_update().filter(pk=pk).first()
        if held is None:
            return
        changes, personal = differences(held, None)
        held.delete()
        record("neutraliseddays", pk, "withdrawn", actor=actor, at=now, changes=changes, personal=personal)


def boundary_in(from_on: date, to_on: date) -> date | None:
    """The last day of a published period that these days straddle: their number would count on both sides."""
    periods = SchemeVersion.objects.public()
    ends = periods.filter(period_end__gte=from_on, period_end__lt=to_on).values_list("period_end", flat=True)
    starts = periods.filter(period_start__gt=from_on, period_start__lte=to_on).values_list(
        "period_start", flat=True
    )
    return min([*ends, *(start - timedelta(days=1) for start in starts)], default=None)


def covered_by(employee_id: int, from_on: date, to_on: date) -> QuerySet[Participation]:
    """The participations that share a day with this period."""
    return Participation.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=from_on), employee=employee_id, starts_on__lte=to_on
    ).order_by("starts_on", "pk")
