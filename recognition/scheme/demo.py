"""What the demonstration has of versions, by the doors people use, relative to `now` (domain.md §6.1, L56–L69).

« Historique » two half-years ago, « Inclusive » the last one, tacitly renewed for the one that runs, and a draft that
still lacks its renewal clause. Published on past days: `now` is a parameter of every door.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.notifications.models import Notification
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Programme, User
from recognition.enums import LegalBasis, Renewal
from recognition.models import SchemeVersion
from recognition.scheme import clock, drafting, publication, seeds
from recognition.terms import Terms

ONE_DAY = timedelta(days=1)
ANNOUNCED = 45  # days before the period
NOTICE = 30
HISTORICAL, INCLUSIVE = "Historique", "Inclusive"
#: The agreement that was signed and did not count: the employer decided alone (domain.md §0).
SIGNATORIES = [
    {"organisation": "Organisation A", "signed": True, "weight_bp": 16_20},
    {"organisation": "Organisation B", "signed": True, "weight_bp": 12_40},
    {"organisation": "Organisation C", "signed": False, "weight_bp": 38_90},
]
DOCUMENT = "https://intranet.example/reconnaissance/decision-{}.pdf"


def half_year(day: date, back: int = 0) -> tuple[date, date]:
    """The calendar half-year of `day`, or the one `back` half-years before."""
    half = day.year * 2 + (day.month > 6) - back
    year, second = divmod(half, 2)
    return (date(year, 7, 1), date(year, 12, 31)) if second else (date(year, 1, 1), date(year, 6, 30))


def on_seeded(*, now: datetime, **_: Any) -> None:
    """Two people of HR are needed: who writes does not publish."""
    programme = Programme.objects.order_by("pk").first()
    people = list(User.objects.filter(groups__name=Role.HR.value, is_active=True).order_by("-username", "pk"))
    writer = next((one for one in people if one.username != "hr"), None)
    publisher = next((one for one in people if one.username == "hr"), None)
    if programme is None or writer is None or publisher is None:
        return
    today = timezone.localdate(now)
    old, last, present = (half_year(today, back) for back in (2, 1, 0))
    _publish(
        programme, seeds.historical(*old), writer, publisher, HISTORICAL, 40_000_00,
        signatories=SIGNATORIES,
    )  # fmt: skip
    _publish(
        programme, seeds.inclusive(*last), writer, publisher, INCLUSIVE, 60_000_00,
        renewal=Renewal.TACIT.value, max_renewals=1, notice_days=NOTICE,
    )  # fmt: skip
    for day in (old[0], last[0], last[1] - timedelta(days=NOTICE), present[0]):
        clock.turn(_at(day, 8))
    clock.turn(now)
    _draft(programme, writer, now)
    # What was told half a year ago has been read.
    Notification.objects.filter(object_type="schemeversion", created_at__lt=now - 7 * ONE_DAY).update(
        read_at=now - 7 * ONE_DAY
    )


def _publish(
    programme: Programme,
    terms: Terms,
    writer: User,
    publisher: User,
    name: str,
    envelope: int,
    **clauses: Any,
) -> SchemeVersion:
    announced = _at(terms.period_start - timedelta(days=ANNOUNCED), 10)
    made = _written(programme, terms, writer, announced - timedelta(days=5), name, envelope, **clauses)
    return publication.publish(
        made.pk, version=made.version, by=publisher, actor=_actor(publisher), now=announced
    )


def _written(
    programme: Programme,
    terms: Terms,
    writer: User,
    at: datetime,
    name: str,
    envelope: int,
    **clauses: Any,
) -> SchemeVersion:
    row = drafting.new(programme, by=writer, actor=_actor(writer), now=at)
    content = seeds.content(
        terms,
        name=name,
        legal_basis=LegalBasis.UNILATERAL_DECISION.value,
        decided_on=timezone.localdate(at) - 10 * ONE_DAY,
        document_url=DOCUMENT.format(row.number),
        **clauses,
    )
    content.pop("number")
    fields = {**content, "envelope_cents": envelope}
    return drafting.change(row.pk, fields, version=row.version, by=writer, actor=_actor(writer), now=at)


def _draft(programme: Programme, writer: User, now: datetime) -> None:
    """The next one, under way: support gets a third way to level 1; the renewal clause is still to be written."""
    latest = SchemeVersion.objects.public().filter(programme=programme).order_by("-number").first()
    if latest is None:
        return
    at = now - 3 * ONE_DAY
    row = drafting.copied(latest, by=writer, actor=_actor(writer), now=at)
    start, end = half_year(timezone.localdate(now), -1)
    levels = deepcopy(row.levels)
    for one in levels:
        one["amounts"] = {role: cents + 50_00 for role, cents in one["amounts"].items()}
    fields = {
        "name": "Inclusive, révisée",
        "period_start": start,
        "period_end": end,
        "levels": levels,
        "renewal": "",
        "max_renewals": None,
    }
    drafting.change(row.pk, fields, version=row.version, by=writer, actor=_actor(writer), now=at)


def _actor(user: User) -> Actor:
    return Actor.of_user(user, role=Role.HR.value, source="seed")


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))
