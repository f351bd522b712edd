"""T01 for many clients at once: as one by one, in as many statements as for one (domain.md §3.2, §4.5)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from atdemain.journal.actors import system
from cases.enums import Origin
from cases.models import Case, Client, Contact, Timer
from cases.workflow import Opening, open_cases

from .cast import HOUR, NOW, Stage, journal, sound

pytestmark = pytest.mark.django_db


def openings(stage: Stage, clients: Sequence[Client]) -> list[Opening]:
    return [
        Opening(
            client_id=client.pk,
            line_id=None,
            identity_key=f"client:{client.pk}",
            reason_family="no_sync",
            origin=Origin.RD3PLUS,
            unit_id=stage.unit.pk,
            at=NOW,
            contact_ids=[stage.contact(client, NOW - n * HOUR).pk for n in (2, 1)],
        )
        for client in clients
    ]


def opened(asked: Sequence[Opening]) -> list[Case]:
    with transaction.atomic():
        return open_cases(asked, actor=system("intake"), now=NOW)


def test_each_client_has_its_case_with_its_contacts_its_timers_and_its_row_in_the_journal(stage):
    asked = openings(stage, [stage.client() for _ in range(3)])

    cases = opened(asked)

    assert [case.client_id for case in cases] == [one.client_id for one in asked]
    for case, one in zip(cases, asked, strict=True):
        assert list(case.contacts.order_by("pk").values_list("pk", flat=True)) == sorted(one.contact_ids)
        assert Timer.objects.filter(case=case).count() == 3
        assert [event.action for event in journal(case)] == ["open"]
        assert Case.objects.get(pk=case.pk).ref == f"ATD-{NOW:%Y}-{case.pk:06}"
    assert sound() == []


def test_ten_cases_ask_no_more_statements_than_two(stage):
    counts = []
    for many in (2, 10):
        asked = openings(stage, [stage.client() for _ in range(many)])
        with CaptureQueriesContext(connection) as ran:
            opened(asked)
        counts.append(len(ran))

    assert counts[0] == counts[1]


def test_one_that_was_opened_meanwhile_is_joined_and_the_others_open(stage):
    working = stage.open()
    asked = openings(stage, [stage.client(), working.client, stage.client()])

    first, joined, last = opened(asked)

    assert joined.pk == working.pk
    assert Case.objects.count() == 3
    assert Contact.objects.get(pk=asked[1].contact_ids[-1]).case_id == working.pk
    assert [first.client_id, last.client_id] == [asked[0].client_id, asked[2].client_id]
    assert sound() == []
