"""Who is told of a version, once each: those who take part, HR and the staff representatives."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from atdemain.notifications.inbox import notify_many
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Participation, User
from recognition.models import SchemeVersion

_TOLD = (Role.HR.value, Role.STAFF_REP.value)


def published(version: SchemeVersion, now: datetime) -> int:
    """How many were told; must be called in the transaction that publishes."""
    what = "est améliorée" if version.amends_id else "est publiée"
    title = f"Conditions de la reconnaissance : la version {version.number} {what}, du {_period(version)}."
    return _tell(version, "scheme_published", title, f"published:{version.pk}", now)


def renewed(version: SchemeVersion, now: datetime) -> int:
    title = f"Conditions de la reconnaissance : reconduites du {_period(version)}."
    return _tell(version, "scheme_renewed", title, f"renewed:{version.pk}", now)


def stopped(version: SchemeVersion, now: datetime) -> int:
    title = f"Conditions de la reconnaissance : la version {version.number} finira le {version.period_end:%d/%m/%Y}."
    return _tell(version, "scheme_stopped", title, f"stopped:{version.pk}", now)


def address(version: SchemeVersion) -> str:
    return reverse("recognition:conditions_version", args=[version.programme.code, version.number])


def _period(version: SchemeVersion) -> str:
    return f"{version.period_start:%d/%m/%Y} au {version.period_end:%d/%m/%Y}"


def _tell(version: SchemeVersion, kind: str, title: str, key: str, now: datetime) -> int:
    url = address(version)
    return notify_many(
        {
            "recipient_id": pk,
            "kind": kind,
            "title": title,
            "dedupe_key": f"scheme:{key}:{pk}",
            "at": now,
            "url": url,
            "object_type": "schemeversion",
            "object_id": str(version.pk),
        }
        for pk in _readers(version, timezone.localdate(now) - timedelta(days=1))
    )


def _readers(version: SchemeVersion, since: object) -> list[int]:
    """Accounts that are open; a participation that has ended is told of nothing more."""
    inside = Participation.objects.filter(programme_id=version.programme_id).exclude(ends_on__lt=since)
    people = User.objects.filter(is_active=True)
    found = people.filter(groups__name__in=_TOLD) | people.filter(pk__in=inside.values("employee"))
    return sorted(set(found.values_list("pk", flat=True)))
