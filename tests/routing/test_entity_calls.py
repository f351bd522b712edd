"""Calls to entities: two gestures, the wait measured, told on the timeline, never by person (L36, L37)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from atdemain.journal.models import AuditEvent
from atdemain.organisation.models import PriorityLine
from cases.invariants import broken
from cases.models import Case
from routing import calls
from routing.calls import percentile
from routing.enums import CallOutcome, LineUsed
from routing.models import InterEntityCall, UnreachableReport
from tests.office import NOW, Office, text_of

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def case(office: Office) -> Case:
    return office.case("escalated")


@pytest.fixture
def line(office: Office) -> PriorityLine:
    return PriorityLine.objects.create(entity=office.entities["copper"], number="+33199009980")


def start(office: Office, case: Case, who: str = "advisor", **data):
    return office.browser(who).post(f"/cases/{case.ref}/calls/", data)


def end(office: Office, case: Case, who: str = "advisor", **data):
    call = InterEntityCall.objects.latest("pk")
    return office.browser(who).post(f"/cases/{case.ref}/calls/{call.pk}/", data, follow=True)


def test_call_in_two_gestures_measures_the_wait_and_is_on_the_timeline(office, case, line, clock):
    assert start(office, case, line=line.pk, on_hold="1").status_code == 302
    clock.shift(125 * SECOND)
    shown = text_of(end(office, case, outcome="answered", on_hold="1"))
    assert "Appel à BO-Cuivre (fil prioritaire) : a répondu après 2 min 05 s, client en attente" in shown
    call = InterEntityCall.objects.get()
    assert (call.wait_s, call.client_on_hold, call.line_used) == (125, True, LineUsed.PRIORITY)
    assert call.answered_at == NOW + 125 * SECOND
    assert AuditEvent.objects.filter(object_type="case", action="entity_call").count() == 1
    assert list(broken(NOW)) == []


def test_same_call_started_twice_is_the_one_running(office, case, line):
    first, second = (start(office, case, line=line.pk) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert InterEntityCall.objects.count() == 1


def test_another_call_while_one_runs_is_refused_and_leads_to_it(office, case, line):
    start(office, case, line=line.pk)
    other = office.entities["field"].contacts.get()
    answer = office.browser("advisor").post(f"/cases/{case.ref}/calls/", {"contact": other.pk}, follow=True)
    assert "dites d’abord comment il s’est terminé" in text_of(answer)
    assert "Appel à BO-Cuivre" in text_of(answer)
    assert InterEntityCall.objects.count() == 1


def test_call_ended_in_another_tab_is_not_counted_twice(office, case, line, clock):
    start(office, case, line=line.pk)
    clock.shift(40 * SECOND)
    end(office, case, outcome="no_answer")
    clock.shift(60 * SECOND)
    assert "déjà noté" in text_of(end(office, case, outcome="answered"))
    call = InterEntityCall.objects.get()
    assert (call.outcome, call.wait_s) == (CallOutcome.NO_ANSWER, 40)


def test_call_nobody_ended_is_closed_after_an_hour_and_measures_nothing(office, case, line, clock):
    start(office, case, line=line.pk)
    assert calls.close_forgotten(NOW + HOUR - SECOND) == 0
    assert calls.close_forgotten(NOW + HOUR) == 1
    assert calls.close_forgotten(NOW + HOUR) == 0
    call = InterEntityCall.objects.get()
    assert (call.outcome, call.wait_s) == (CallOutcome.LEFT, None)
    assert calls.waits(office.entities["copper"], NOW + HOUR) == []
    clock.shift(HOUR)
    assert "fin non notée" in text_of(office.browser("advisor").get(f"/cases/{case.ref}/"))
    start(office, case, contact=office.entities["field"].contacts.get().pk)
    assert InterEntityCall.objects.filter(outcome="").count() == 1


def test_outcome_that_means_nothing_is_refused_and_the_call_goes_on(office, case, line):
    start(office, case, line=line.pk)
    answer = end(office, case, outcome="left")
    assert answer.status_code == 422
    assert "Dites comment l’appel s’est terminé" in text_of(answer)
    assert InterEntityCall.objects.get().outcome == ""


def test_number_gone_from_the_directory_is_told_and_nothing_is_written(office, case, line):
    pk = line.pk
    line.delete()
    answer = office.browser("advisor").post(f"/cases/{case.ref}/calls/", {"line": pk}, follow=True)
    assert "n’est plus dans l’annuaire" in text_of(answer)
    assert not InterEntityCall.objects.exists()


def test_call_of_a_colleague_is_nobody_elses(office, case, line):
    start(office, case, line=line.pk)
    assert end(office, case, "manager", outcome="answered").status_code == 404


def test_unreachable_contact_is_reported_by_the_call_itself(office, case):
    start(office, case, contact=office.entities["copper"].contacts.get().pk)
    end(office, case, outcome="unreachable")
    assert UnreachableReport.objects.get().by == office.people["advisor"]


def test_case_that_is_closed_takes_no_call(office, line):
    resolved = office.case("resolved")
    answer = office.browser("advisor").post(f"/cases/{resolved.ref}/calls/", {"line": line.pk}, follow=True)
    assert "n’est plus en cours" in text_of(answer)
    assert not InterEntityCall.objects.exists()


def test_panel_gives_the_asked_entity_first_and_its_priority_line_before_its_people(office, case, line):
    page = office.browser("advisor").get(f"/cases/{case.ref}/")
    assert f"/cases/{case.ref}/entities/" in page.content.decode()
    part = text_of(
        office.browser("advisor", headers={"HX-Request": "true"}).get(f"/cases/{case.ref}/entities/")
    )
    assert "<html" not in part
    assert part.index("01 99 00 99 80") < part.index("Permanence BO-Cuivre") < part.index("UI-Provence")


def call(office: Office, case: Case, wait: int, line: str = "priority", **fields) -> None:
    facts = {"outcome": CallOutcome.ANSWERED, "started_at": NOW - HOUR, "line_used": line, "wait_s": wait}
    InterEntityCall.objects.create(
        case=case, by=office.people["advisor"], entity=office.entities["copper"], **(facts | fields)
    )


def test_three_calls_of_40_300_900_seconds_have_a_median_of_300(office, case):
    """domain.md L37."""
    for wait in (900, 40, 300):
        call(office, case, wait)
    (found,) = calls.waits(office.entities["copper"], NOW)
    assert (found.median_s, found.p90_s, found.calls) == (300, 900, 3)


def test_page_of_the_entity_compares_the_lines_and_names_nobody(office, case):
    for wait in range(10, 110, 10):
        call(office, case, wait)
        call(office, case, wait * 10, "standard", client_on_hold=True, outcome=CallOutcome.NO_ANSWER)
    call(office, case, 3000, started_at=NOW - timedelta(days=29))
    shown = text_of(office.browser("manager").get("/directory/copper/"))
    waiting = shown[shown.index("Attente au téléphone") : shown.index("Horaires")]
    assert "1 min 30 s" in waiting
    assert "15 min" in waiting
    assert "10 appels, 0 % avec réponse, 100 % client en attente" in waiting
    assert "Advisor" not in waiting


@pytest.mark.parametrize(("share", "value"), [(50, 5), (90, 9), (100, 10), (1, 1)])
def test_percentile_is_the_nearest_rank(share, value):
    assert percentile(range(1, 11), share) == value


@pytest.mark.parametrize(
    "fields",
    [
        {"outcome": "", "second": True},
        {"outcome": CallOutcome.ANSWERED, "wait_s": None},
        {"answered_at": NOW - 2 * HOUR},
    ],
    ids=["two running", "ended unmeasured", "answered before called"],
)
def test_database_refuses_an_incoherent_call(office, case, fields):
    if fields.pop("second", False):
        call(office, case, 0, outcome="")
    with pytest.raises(IntegrityError), transaction.atomic():
        call(office, case, **({"wait": 1} | fields)) if "wait_s" not in fields else call(office, case, None)
