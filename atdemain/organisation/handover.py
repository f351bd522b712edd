"""Where a partner hands over an RD3+ call: the priority line of the unit's own entity."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from atdemain.organisation.models import PriorityLine, Unit


class Handover(NamedTuple):
    """`number` in E.164, "" where the unit has no line today."""

    unit: str
    number: str


def handovers(units: Iterable[int] | QuerySet[Any], now: datetime) -> dict[int, Handover]:
    """By unit id; one query, none for no unit. A queryset of ids is asked within it."""
    wanted = units if isinstance(units, QuerySet) else sorted(set(units))
    if isinstance(wanted, list) and not wanted:
        return {}
    lines = PriorityLine.objects.valid_on(timezone.localdate(now)).filter(entity__unit=OuterRef("pk"))
    number = Subquery(lines.order_by("target_answer_s", "number").values("number")[:1])
    rows = Unit.objects.filter(pk__in=wanted).order_by().values_list("pk", "code", number)
    return {pk: Handover(code, found or "") for pk, code, found in rows}
