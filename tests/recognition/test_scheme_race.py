"""Two drafts that hold the same days, published at once: one is (domain.md §6.1), on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from recognition.models import SchemeVersion
from recognition.scheme import publication, seeds
from recognition.scheme.publication import NotPublished
from tests.office import NOW, Office
from tests.recognition.scheme_cast import actor, draft, second_hr

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PERIODS = [(date(2027, 1, 1), date(2027, 6, 30)), (date(2027, 6, 1), date(2027, 12, 31))]


def publish_both(office: Office) -> list[str]:
    """The state each thread leaves its draft in: « published », or the code of its refusal."""
    rows = [draft(office, seeds.inclusive(*period)) for period in PERIODS]
    second, by = second_hr(office), actor(office, "hr2")
    start = Barrier(len(rows), timeout=60)

    def one(row: SchemeVersion) -> str:
        try:
            connection.ensure_connection()
            start.wait()
            return publication.publish(row.pk, version=row.version, by=second, actor=by, now=NOW).state
        except NotPublished as refused:
            return refused.issues[0].code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(rows)) as pool:
        return sorted(pool.map(one, rows))


def test_two_drafts_of_the_same_days_published_at_once_leave_one(office):
    assert publish_both(office) == ["period_overlaps", "published"]


def test_without_the_lock_of_the_programme_both_are_published(office, monkeypatch):
    """The negative control: what the lock is for. Both have looked before either writes."""
    both_looked = Barrier(len(PERIODS), timeout=60)
    look = publication.validate

    def and_wait(facts, *, today):
        issues = look(facts, today=today)
        both_looked.wait()
        return issues

    monkeypatch.setattr(publication, "_one_at_a_time", lambda programme: None)
    monkeypatch.setattr(publication, "validate", and_wait)
    assert publish_both(office) == ["published", "published"]
