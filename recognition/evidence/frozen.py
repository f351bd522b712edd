"""Evidence as rows of a campaign, and back: what was frozen is what is judged (domain.md §6.5, §6.6, trap 13)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from recognition.findings import Fact, Person
from recognition.models import Evidence
from recognition.results import read_person


def rows_of(campaign_id: int, employee_id: int, person: Person) -> Iterator[Evidence]:
    """One unsaved row per fact, for `bulk_create`; intervals and leaving go into `Award.person`."""
    for (role, source), fact in person.facts.items():
        yield Evidence(
            campaign_id=campaign_id,
            employee_id=employee_id,
            role=role,
            source=source,
            value=fact.value,
            total=fact.total,
            unit=fact.unit,
            sources=list(fact.sources),
            left_out=list(fact.left_out),
            dated_on=fact.on,
            pending=fact.pending,
        )


def facts_of(rows: Iterable[Evidence]) -> dict[tuple[str, str], Fact]:
    """The facts of one person, from that person's rows."""
    return {
        (row.role, row.source): Fact(
            row.value, row.unit, row.total, tuple(row.sources), tuple(row.left_out), row.dated_on, row.pending
        )
        for row in rows
    }


def person_of(data: Mapping[str, Any], rows: Iterable[Evidence]) -> Person:
    """The person of an award: `data` is its `Award.person`, `rows` that person's evidence."""
    return read_person(data, facts_of(rows))
