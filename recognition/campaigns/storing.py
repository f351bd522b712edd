"""Frozen evidence, two hundred thousand rows at a time: written by COPY where there is one, read as tuples.

Rows as models would cost a third of a whole computation, twice.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from atdemain import database
from recognition.evidence.frozen import rows_of
from recognition.findings import Fact, Person
from recognition.models import Award, Campaign, Evidence
from recognition.results import read_person

_COLUMNS = (
    "campaign_id", "employee_id", "role", "source", "value", "total", "unit", "sources", "left_out", "dated_on",
    "pending",
)  # fmt: skip
_READ = (
    "employee_id",
    "role",
    "source",
    "value",
    "unit",
    "total",
    "dated_on",
    "pending",
)
#: Lists as they are written: of two hundred thousand, most are empty and need no reading.
_LISTS = (Cast("sources", TextField()), Cast("left_out", TextField()))


def write(campaign: Campaign, found: Iterable[tuple[int, Person]]) -> None:
    """The evidence of these people, inside the transaction that is open."""
    if connection.vendor != "postgresql":
        rows = chain.from_iterable(rows_of(campaign.pk, pk, person) for pk, person in found)
        Evidence.objects.bulk_create(rows, batch_size=1_000)
        return
    table, columns = Evidence._meta.db_table, ", ".join(_COLUMNS)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for pk, person in found:
            for (role, source), fact in person.facts.items():
                copy.write_row(
                    (
                        campaign.pk, pk, role, source, fact.value, fact.total, fact.unit, _json(fact.sources),
                        _json(fact.left_out), fact.on, fact.pending,
                    )
                )  # fmt: skip


def _texts(written: str) -> tuple[str, ...]:
    return tuple(json.loads(written)) if written != "[]" else ()


def _json(texts: tuple[str, ...]) -> str:
    return json.dumps(list(texts), ensure_ascii=False) if texts else "[]"


#: What judging writes of an award → its type in PostgreSQL.
_JUDGED = {
    "level": "text", "computed_cents": "integer", "amount_cents": "integer", "blocked": "boolean", "pending": "boolean",
    "result": "text", "explanation": "text",
}  # fmt: skip


def write_verdicts(judged: Sequence[Award]) -> None:
    """What judging found of these awards, in one statement."""
    if not judged:
        return
    table, source = Award._meta.db_table, database.table_of("judged", id="bigint", **_JUDGED)
    read = {name: f"judged.{name}" for name in _JUDGED}
    if database.on_postgresql():
        read["result"] += "::jsonb"
    sets = ", ".join(f"{name} = {value}" for name, value in read.items())
    rows = [
        (
            one.pk, one.level, one.computed_cents, one.amount_cents, one.blocked, one.pending,
            json.dumps(one.result, ensure_ascii=False), one.explanation,
        )
        for one in judged
    ]  # fmt: skip
    database.run(
        f"UPDATE {table} SET {sets} FROM {source} WHERE {table}.id = judged.id",
        database.table_params(rows, 1 + len(_JUDGED)),
    )


def people_of(campaign: Campaign, people: list[int] | None, batch: int) -> Iterator[tuple[Award, Person]]:
    """Each award with its frozen person, `batch` at a time, in the order of employees."""
    awards = Award.objects.filter(campaign=campaign).order_by("employee")
    keys = people if people is not None else list(awards.values_list("employee", flat=True))
    for start in range(0, len(keys), batch):
        few = keys[start : start + batch]
        facts: dict[int, dict[tuple[str, str], Fact]] = defaultdict(dict)
        rows = (
            Evidence.objects.filter(campaign=campaign, employee__in=database.among(few))
            .order_by()
            .values_list(*_READ, *_LISTS)
        )
        for employee, role, source, value, unit, total, on, pending, sources, left_out in rows:
            facts[employee][role, source] = Fact(
                value, unit, total, _texts(sources), _texts(left_out), on, pending
            )
        for award in awards.filter(employee__in=database.among(few)):
            yield award, read_person(award.person, facts[award.employee_id])
