"""Many cases given by a manager, to one person or by the engine, and given back (domain.md §8, manager)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from atdemain.jobs.enums import Outcome, Status
from atdemain.jobs.models import Job
from atdemain.journal.models import AuditEvent
from cases import guards
from cases.bulk import acts
from cases.enums import CaseState
from cases.guards import CaseFacts
from routing.models import Assignment, RoutingRequest
from tests.office import HOUR, NOW, text_of
from tests.routing.cast import ready

from .cast import checked, choose, now, rows, run, to, undo

pytestmark = pytest.mark.django_db


def test_assigning_gives_each_through_the_door_and_says_which_job(team, manager):
    cases = [team.case(owner=None), team.case(owner="advisor")]
    job = run(manager, "assign", *cases, **to(team))
    assert (job.status, job.done, job.refused) == (Status.FINISHED, 2, 0)
    assert job.title == "Confier 2 dossiers à C. Essai"
    assert {now(case).owner_id for case in cases} == {team.people["colleague"].pk}
    events = AuditEvent.objects.filter(object_type="case", action="assign")
    assert {(e.source, e.actor_id, e.reason_code) for e in events} == {
        (f"job:{job.pk}", team.people["manager"].pk, "load")
    }
    assert Assignment.objects.filter(case__in=cases, mode="manual").count() == 2


def test_a_case_that_moved_since_the_preview_is_refused_and_stops_no_other(team, manager):
    first, moved, last = (team.case(owner=None) for _ in range(3))
    job = choose(manager, "assign", first, moved, last)
    team.do(moved, "claim", "advisor")
    manager.post(reverse("cases:bulk", args=[job.pk]), to(team))
    job.refresh_from_db()
    assert (job.done, job.refused) == (2, 1)
    assert rows(job)[1] == ("refused", "A. Essai l’a fait avancer entre-temps\u00a0: rouvrez la liste.")
    assert now(moved).owner_id == team.people["advisor"].pk
    assert AuditEvent.objects.get(refused=True).reason_code == "conflict"
    page = text_of(manager.get(reverse("jobs:job", args=[job.pk]), {"outcome": "refused"}))
    assert moved.ref in page
    assert first.ref not in page


def test_the_engine_chooses_case_by_case(team, manager):
    cases = [team.case(owner=None) for _ in range(4)]
    job = run(manager, "assign", *cases, to="engine", reason_code="load")
    assert job.title == "Confier 4 dossiers selon le moteur"
    both = [team.people["advisor"].pk, team.people["colleague"].pk]
    assert sorted(now(case).owner_id for case in cases) == sorted(both * 2)


def test_an_engine_that_finds_nobody_says_why_on_the_row(office):
    ready(office.people["advisor"], shift=None)
    case = office.case(owner=None)
    job = run(office.browser("manager"), "assign", case, to="engine", reason_code="load")
    ((outcome, reason),) = rows(job)
    assert outcome == Outcome.REFUSED
    assert reason.startswith("Le moteur ne trouve personne. ")
    assert "hors service" in reason


def test_a_cancelled_case_that_nobody_kept_is_refused_by_its_state_and_not_by_the_engine(team, manager):
    over, last = team.case(owner=None), team.case(owner=None)
    over = team.do(over, "cancel", "manager", cancel_reason="test")
    job = run(manager, "assign", over, last, to="engine", reason_code="load")
    assert (job.done, job.refused) == (1, 1)
    assert rows(job)[0] == ("refused", guards.working(CaseFacts(state=CaseState.CLOSED, owned=False))[0].text)
    assert AuditEvent.objects.get(refused=True).object_id == str(over.pk)


def test_the_engine_leaves_a_case_to_who_keeps_it_and_run_again_moves_nothing(team, manager):
    kept, free = team.case(owner="advisor"), team.case(owner=None)
    asked = {"to": "engine", "reason_code": "load"}
    run(manager, "assign", kept, free, **asked)
    owners = [now(kept).owner_id, now(free).owner_id]
    assert owners[0] == team.people["advisor"].pk
    assert None not in owners
    again = run(manager, "assign", now(kept), now(free), **asked)
    assert (again.done, again.already, again.refused) == (0, 2, 0)
    assert rows(again)[0] == ("already", "déjà suivi par A. Essai")
    assert [now(kept).owner_id, now(free).owner_id] == owners


def test_check_tells_whom_the_engine_would_choose_each_after_the_other(team, manager):
    kept, *free = team.case(owner="advisor"), *(team.case(owner=None) for _ in range(4))
    page = checked(manager, choose(manager, "assign", kept, *free), to="engine", reason_code="load")
    assert "déjà suivi par A. Essai" in page
    assert page.count("changera (à ") == 4
    assert {f"changera (à {name})" in page for name in ("A. Essai", "C. Essai")} == {True}
    assert {now(case).owner_id for case in free} == {None}


def test_check_tells_why_the_engine_would_find_nobody(office):
    ready(office.people["advisor"], shift=None)
    browser = office.browser("manager")
    job = choose(browser, "assign", office.case(owner=None))
    page = checked(browser, job, to="engine", reason_code="load")
    assert "1 : Le moteur ne trouve personne." in page
    assert "hors service" in page


def test_check_asks_the_engine_for_so_many_cases_and_says_what_stays_unknown(team, manager, monkeypatch):
    monkeypatch.setattr(acts, "ADVISED", 1)
    job = choose(manager, "assign", *(team.case(owner=None) for _ in range(3)))
    page = checked(manager, job, to="engine", reason_code="load").replace("<b>", "").replace("</b>", "")
    assert "Pour 2 dossiers, la réponse du moteur ne se connaît qu’au moment du traitement" in page
    assert page.count("changera (à ") == 1


def test_above_the_cap_each_case_demands_its_text(team, manager):
    cases = [team.case(owner=None) for _ in range(9)]
    job = run(manager, "assign", *cases, **to(team, "advisor"))
    assert (job.done, job.refused) == (8, 1)
    assert "au-delà de son plafond" in rows(job)[-1][1]


def test_confirming_twice_gives_once(team, manager):
    case = team.case(owner=None)
    job = choose(manager, "assign", case)
    for _ in range(2):
        response = manager.post(reverse("cases:bulk", args=[job.pk]), to(team))
        assert response["Location"] == reverse("jobs:job", args=[job.pk])
    assert Assignment.objects.filter(case=case).count() == 1


def test_the_same_choice_run_again_is_already_done(team, manager):
    case = team.case(owner=None)
    run(manager, "assign", case, **to(team))
    again = run(manager, "assign", case, **to(team))
    assert (again.done, again.already, again.refused) == (0, 1, 0)
    assert Assignment.objects.filter(case=case).count() == 1


def test_undoing_gives_each_back_to_who_kept_it_with_the_reason(team, manager):
    kept, free = team.case(owner="advisor"), team.case(owner=None)
    job = run(manager, "assign", kept, free, **to(team))
    undone = undo(manager, job)
    assert (undone.status, undone.done, undone.refused) == (Status.FINISHED, 2, 0)
    assert now(kept).owner_id == team.people["advisor"].pk
    assert now(free).owner_id is None
    assert RoutingRequest.objects.filter(case=free).exists()
    told = AuditEvent.objects.filter(object_type="case", source=f"job:{undone.pk}").select_related("payload")
    assert {e.action for e in told} == {"assign", "return_to_queue"}
    assert all("Mauvaise liste choisie." in e.payload.body["reason"] for e in told)
    page = text_of(manager.get(reverse("cases:case", args=[free.ref])))
    assert "Dossier rendu à la file du service" in page


def test_undoing_leaves_what_moved_since_as_it_is(team, manager):
    first, second = team.case(owner="advisor"), team.case(owner="advisor")
    job = run(manager, "assign", first, second, **to(team))
    team.do(second, "add_note", "colleague", text="J’ai rappelé la cliente.")
    undone = undo(manager, job)
    assert (undone.done, undone.refused) == (1, 1)
    assert now(second).owner_id == team.people["colleague"].pk
    assert any("l’a fait avancer entre-temps" in reason for _, reason in rows(undone))


def test_undoing_an_assignment_to_the_substitute_brings_the_delegation_back(team, manager):
    case = team.case(owner="advisor")
    until = NOW + 48 * HOUR
    team.do(case, "delegate", "manager", delegate=team.people["colleague"].pk, delegate_to=until)
    job = run(manager, "assign", now(case), **to(team))
    assert (now(case).owner_id, now(case).delegate_id) == (team.people["colleague"].pk, None)
    undone = undo(manager, job)
    assert (undone.done, undone.refused) == (1, 0)
    back = now(case)
    assert back.owner_id == team.people["advisor"].pk
    assert (back.delegate_id, back.delegate_from, back.delegate_to) == (
        team.people["colleague"].pk,
        None,
        until,
    )


def test_undoing_asks_why_and_happens_once(team, manager):
    job = run(manager, "assign", team.case(owner="advisor"), **to(team))
    address = reverse("jobs:undo", args=[job.pk])
    page = text_of(manager.get(address))
    assert "Annulé, chaque dossier retourne à qui le gardait" in page
    assert "retourne à la file, où le moteur cherche de nouveau" in page
    assert manager.post(address, {"reason": "Oups"}).status_code == 422
    undo(manager, job)
    assert "ne s’annule pas, ou l’est déjà" in text_of(
        manager.post(address, {"reason": "Encore une fois."}, follow=True)
    )
    assert Job.objects.filter(undoes=job).count() == 1
