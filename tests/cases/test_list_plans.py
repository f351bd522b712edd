"""Each list, sort and filter has an index: no plan reads a whole table of cases, contacts or clients.

On a small base the planner would rather read it whole; told not to, it does only when nothing else is there.
"""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.http import QueryDict

from cases.list_page import CountOf
from cases.listing import LISTS
from cases.models import Case, Contact, Escalation, Promise
from tests.office import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

#: list, its filter, the index that gives its order ("" where its few rows are sorted).
ASKED = [
    ("cases", "", "case_open_opened"),
    ("cases", "sort=opened", "case_open_opened"),
    ("cases", "sort=client", "case_open_client"),
    ("cases", "sort=-due", "case_open_due"),
    ("cases", "sort=event", "case_open_event"),
    ("cases", "state=all", "case_unit_opened"),
    ("cases", "state=closed&sort=client", "case_unit_client"),
    ("cases", "state=all&opened_from=2026-01-01", "case_unit_opened"),
    ("cases", "colour=red&family=tv", ""),
    ("cases", "signal=late", ""),
    ("cases", "signal=silent", ""),
    ("cases", "signal=reopened", ""),
    ("cases", "signal=late_answer", ""),
    ("cases", "owner=none", ""),
    ("cases", "scope=mine&state=all", ""),
    ("promises", "", "promise_unit_owed"),
    ("promises", "status=all", "promise_unit_window"),
    ("promises", "status=all&sort=-made", "promise_unit_made"),
    ("promises", "late=30", ""),
    ("promises", "kind=bad_news&due_from=2026-11-01", ""),
    ("escalations", "", "escalation_unit_open"),
    ("escalations", "status=all", "escalation_unit_due"),
    ("escalations", "status=all&sort=-sent", "escalation_unit_sent"),
    ("escalations", "late=answer", ""),
    ("escalations", "late=ack", ""),
    ("contacts", "", "contact_unit_arrived"),
    ("contacts", "channel=chat&counted=rd3plus", "contact_unit_arrived"),
    ("contacts", "client=CLI-00001", "contact_client_arrived"),
]
WATCHED = re.compile(
    "Seq Scan on (?:"
    + "|".join(model._meta.db_table for model in (Case, Contact, Promise, Escalation))
    + r"|cases_client)\b"
)


@pytest.mark.parametrize(("key", "query", "index"), ASKED, ids=lambda value: str(value))
def test_a_page_of_a_list_and_its_count_are_found_by_an_index(office, key, query, index):
    office.contact(office.client(), NOW, who="advisor")
    selection = LISTS[key].select(office.people["manager"], QueryDict(query), NOW)
    assert selection.valid, selection.form.errors
    keys = selection.rows.values("pk")
    page = selection.whole.filter(pk__in=keys[:51]).annotate(matching=CountOf(keys.order_by()[:1001]))
    plan = explained(page, ordered=bool(index))
    assert not WATCHED.search(plan), plan
    assert index in explained(keys[:51], ordered=bool(index))


@pytest.mark.parametrize(("key", "query", "index"), [
    ("cases", "", ""),
    ("escalations", "status=all", "escalation_entity_due"),
    ("escalations", "status=all&sort=sent", "escalation_entity_sent"),
])  # fmt: skip
def test_an_entitys_lists_are_found_by_an_index(office, key, query, index):
    selection = LISTS[key].select(office.people["backoffice"], QueryDict(query), NOW)
    plan = explained(selection.rows.values("pk")[:51], ordered=bool(index))
    assert not WATCHED.search(plan), plan
    assert index in plan


def test_the_plan_of_a_list_without_its_index_reads_the_table(office):
    """The control: this is what the tests above would see."""
    keys = Case.objects.filter(detected_late=True).order_by("reopened_count").values("pk")[:51]
    assert WATCHED.search(explained(keys))


def explained(queryset, *, ordered: bool = False) -> str:
    """`ordered`: neither sorted nor gathered, its rows come out of an index one by one."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for way in ("bitmapscan", "sort") if ordered else ():
            cursor.execute(f"SET LOCAL enable_{way} = off")
    return queryset.explain()
