"""What `check_invariants` looks for in the versions (domain.md §2.5, INV-16, INV-17)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F
from django.utils import timezone

from cases.invariants import Finding
from recognition.models import SchemeVersion
from recognition.scheme.fingerprint import fingerprint
from recognition.scheme.triggers import GUARD, SCHEME

_CONSTRAINTS = {
    "scheme_published_is_whole": "INV-16",
    "scheme_published_before_it_begins": "INV-17",
}


def published_versions(now: datetime) -> Iterator[Finding]:
    """INV-16: every public version still has the content it was published with, and was published by somebody who
    wrote nothing of it. INV-17: before its period, but for an amendment."""
    public = SchemeVersion.objects.public().select_related("programme").order_by("pk")
    for row in public.iterator(chunk_size=100):
        if fingerprint(row) != row.content_hash:
            yield Finding("schemeversion", str(row.pk), "INV-16:content_changed_after_publication")
        if row.published_by_id in row.writers and row.renews_id is None:
            yield Finding("schemeversion", str(row.pk), "INV-16:published_by_its_writer")
        if row.published_at is not None and row.published_on is not None:
            late = timezone.localdate(row.published_at) - row.published_on
            if late < timedelta(0) or (late and row.renews_id is None):
                yield Finding("schemeversion", str(row.pk), "INV-17:publication_day_is_not_its_moment")
    for pk in (
        public.filter(amends=None, published_on__gte=F("period_start"))
        .values_list("pk", flat=True)
        .iterator()
    ):
        yield Finding("schemeversion", str(pk), "INV-17:published_after_its_period_began")


def guards(now: datetime) -> Iterator[Finding]:
    """The constraints and the triggers that forbid all this are in the database."""
    with connection.cursor() as cursor:
        known = connection.introspection.get_constraints(cursor, SCHEME)
        for name, invariant in _CONSTRAINTS.items():
            if name not in known:
                yield Finding("constraint", name, f"{invariant}:constraint_missing")
    for name in GUARD.missing(connection):
        yield Finding("trigger", name, "INV-16:trigger_missing")
