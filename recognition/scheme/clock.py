"""What the clock does to versions, once each: they begin, they end, a tacit one goes on (domain.md §6.1, L69)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from atdemain.journal.actors import Actor, system
from atdemain.journal.record import record
from atdemain.organisation.models import Programme
from recognition.enums import Renewal, SchemeState
from recognition.models import BudgetEnvelope, SchemeVersion
from recognition.scheme import announcing
from recognition.scheme.drafting import (
    KIND,
    SchemeRefused,
    SchemeStale,
    cannot_renew,
    copy_of,
    next_period,
    number_after,
)
from recognition.scheme.facts import neighbours
from recognition.scheme.fingerprint import fingerprint

ACTOR = system("clock")
LIVING = (SchemeState.PUBLISHED, SchemeState.IN_FORCE)


def turn(now: datetime) -> None:
    """A round of the sweep; running it again, or twice at once, changes nothing more."""
    today = timezone.localdate(now)
    living = SchemeVersion.objects.filter(state__in=LIVING)
    for row in living.filter(renewal=Renewal.TACIT, renewal_stopped_on=None, renewed_by=None).order_by("pk"):
        if acquired_on(row) <= today:
            _renew(row.pk, now)
    for row in living.filter(state=SchemeState.PUBLISHED, period_start__lte=today).order_by("pk"):
        _become(row, SchemeState.IN_FORCE, now)
    for row in SchemeVersion.objects.filter(state=SchemeState.IN_FORCE, period_end__lt=today).order_by("pk"):
        _become(row, SchemeState.ENDED, now)


def acquired_on(row: SchemeVersion) -> date:
    """From this day nobody may stop a tacit renewal any more: it will go on."""
    assert row.period_end is not None
    return row.period_end - timedelta(days=max(row.notice_days or 0, 1))


@transaction.atomic
def stop_renewal(pk: int, *, version: int, actor: Actor, now: datetime) -> SchemeVersion:
    """HR gives notice: a tacit version ends with its period. Raises SchemeStale, SchemeRefused (too late)."""
    row = SchemeVersion.objects.select_for_update().filter(pk=pk).first()
    if row is None or row.version != version:
        raise SchemeStale(row)
    today = timezone.localdate(now)
    if row.renewal != Renewal.TACIT or row.state not in LIVING:
        raise SchemeRefused("Cette version ne se reconduit pas d’elle-même : il n’y a rien à arrêter.")
    if refusal := cannot_renew(row):
        raise SchemeRefused(refusal)
    if acquired_on(row) <= today:
        raise SchemeRefused(
            f"Le préavis est passé depuis le {acquired_on(row):%d/%m/%Y} : la période suivante est acquise."
        )
    if not SchemeVersion.objects.filter(pk=pk, version=version, renewal_stopped_on=None).update(
        renewal_stopped_on=today, version=version + 1
    ):
        raise SchemeStale(SchemeVersion.objects.filter(pk=pk).first())
    row = SchemeVersion.objects.select_related("programme").get(pk=pk)
    record(
        KIND, pk, "renewal_stopped", actor=actor, at=now, changes={"renewal_stopped_on": [None, today]},
        object_version=row.version,
    )  # fmt: skip
    announcing.stopped(row, now)
    return row


@transaction.atomic
def _become(row: SchemeVersion, state: SchemeState, now: datetime) -> None:
    """By conditional update: of two clocks, one writes the journal."""
    if SchemeVersion.objects.filter(pk=row.pk, state=row.state, version=row.version).update(
        state=state, version=row.version + 1
    ):
        action = "ended" if state == SchemeState.ENDED else "began"
        record(
            KIND, row.pk, action, actor=ACTOR, at=now, from_state=row.state, to_state=state,
            object_version=row.version + 1,
        )  # fmt: skip


@transaction.atomic
def _renew(pk: int, now: datetime) -> None:
    """The next period, acquired the day the notice passed, even if the clock was stopped that day (INV-17).

    Nobody writes anything new: the two people who decided the first period answer for this one.
    """
    found = SchemeVersion.objects.get(pk=pk)
    programme = Programme.objects.select_for_update().get(pk=found.programme_id)
    row = SchemeVersion.objects.get(pk=pk)
    if row.state not in LIVING or cannot_renew(row):
        return
    start, end = next_period(row)
    if any(one.start <= end and start <= one.end for one in neighbours(row)):
        return  # a version published meanwhile holds that period
    following = SchemeVersion(
        **{**copy_of(row), "period_start": start, "period_end": end},
        programme=programme,
        number=number_after(programme),
        state=SchemeState.PUBLISHED,
        renews=row,
        renewal_rank=row.renewal_rank + 1,
        drafted_by_id=row.drafted_by_id,
        writers=row.writers,
        changed_at=now,
        published_by_id=row.published_by_id,
        published_at=now,
        published_on=acquired_on(row),
    )
    following.content_hash = fingerprint(following)
    following.save(force_insert=True)
    before = BudgetEnvelope.objects.filter(scheme=row).first()
    if before is not None:
        BudgetEnvelope.objects.create(
            scheme=following, total_cents=before.total_cents, reserve_bp=before.reserve_bp
        )
    record(
        KIND, following.pk, "renewed", actor=ACTOR, at=now, to_state=SchemeState.PUBLISHED,
        changes={"renews": [None, row.pk], "content_hash": [None, following.content_hash]},
        object_version=following.version,
    )  # fmt: skip
    announcing.renewed(following, now)
