"""« Who calls? » reads the rows of one number: no plan joins the clients or the cases before it knows whose."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from cases import pop
from tests.office import NOW, Office

pytestmark = pytest.mark.postgres

WATCHED = ("cases_client", "cases_case", "cases_clientphone")


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if plan.get("Relation Name") in WATCHED:
        yield plan
    for child in plan.get("Plans", ()):
        yield from scans(child)


def test_each_table_is_read_by_the_key_of_the_row_before(office: Office) -> None:
    office.client("Odile Marchand", phone="+33199004127")
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        asked.append((sql.replace("%b", "%s"), params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        pop.pop("+33199004127", NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {asked[0][0]}", asked[0][1])
        (told,) = cursor.fetchone()
    (explained,) = told if isinstance(told, list) else json.loads(told)

    found = list(scans(explained["Plan"]))
    assert {one["Relation Name"] for one in found} == set(WATCHED)
    assert [one for one in found if "Index Cond" not in one and "Recheck Cond" not in one] == []
