"""What suggestions and scripts prove about people's part, as ids (domain.md §6.2, §11). Set-based: one query each,
two for scripts.

Duplicates and withdrawn ones do not count, rejected ones do. Everything is read as it stood at `cutoff`: what was
declared a duplicate later still counts in evidence frozen before. Anonymous suggestions count like the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from atdemain.database import among
from recognition.models import ScriptVersion, Suggestion

ONE_DAY = timedelta(days=1)


def counted_suggestions(
    employees: Collection[int], start: date, end: date, cutoff: datetime
) -> dict[int, tuple[int, ...]]:
    """Employee → ids, in order, of what they posted from `start` to `end`, both included (Paris days), known at
    `cutoff`. Employees without any are left out."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = (
        Suggestion.objects.filter(author__in=among(employees), **_days("submitted_at", start, end))
        .filter(Q(submitted_at__lte=cutoff) & (Q(closed_at__isnull=True) | Q(closed_at__gt=cutoff)))
        .order_by("pk")
    )
    for author, pk in rows.values_list("author", "pk"):
        found[author].append(pk)
    return {author: tuple(ids) for author, ids in found.items()}


def script_evolutions(
    employees: Collection[int], start: date, end: date, cutoff: datetime
) -> dict[int, tuple[int, ...]]:
    """Employee → ids, in order, of the script versions in force from a day of the period on, and written by
    `cutoff`, that they wrote or that came from a suggestion of theirs which counts; each once per person."""
    wanted = set(employees)
    found: dict[int, set[int]] = defaultdict(set)
    rows = ScriptVersion.objects.filter(valid_from__range=(start, end), written_at__lte=cutoff).filter(
        Q(written_by__in=among(wanted)) | Q(suggestion__author__in=among(wanted))
    )
    named = ("pk", "written_by", "suggestion__author", "suggestion__closed_at")
    for pk, writer, author, closed in rows.order_by("pk").values_list(*named):
        if writer in wanted:
            found[writer].add(pk)
        if author in wanted and (closed is None or closed > cutoff):
            found[author].add(pk)
    return {person: tuple(sorted(ids)) for person, ids in found.items()}


def _days(field: str, start: date, end: date) -> dict[str, datetime]:
    zone = timezone.get_default_timezone()
    return {
        f"{field}__gte": datetime.combine(start, time.min, zone),
        f"{field}__lt": datetime.combine(end + ONE_DAY, time.min, zone),
    }
