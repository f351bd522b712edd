"""Many cases chosen, and what is shown before anything changes (domain.md §8, manager)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from atdemain.jobs.enums import Status
from atdemain.jobs.models import Job
from atdemain.journal.models import AccessLog, AuditEvent
from cases.bulk import selection
from cases.models import Case
from tests.office import text_of

from .cast import WHY, checked, choose, now, to

pytestmark = pytest.mark.django_db


def test_preview_says_who_is_affected_and_what_will_be_refused_and_changes_nothing(team, manager):
    case, resolved = team.case(owner=None), team.case("resolved")
    before = AuditEvent.objects.count()
    job = choose(manager, "assign", case, resolved)
    page = text_of(manager.get(reverse("cases:bulk", args=[job.pk])))
    assert "Confier 2 dossiers" in page
    assert "2 dossiers au 10/11/2026 15:30, choisis un à un" in page
    assert "1 dossier changera, 1 sera refusé" in page.replace("<b>", "").replace("</b>", "")
    assert "Le dossier est résolu, en observation" in page
    assert str(case.client) in page
    assert AuditEvent.objects.count() == before
    assert AccessLog.objects.filter(object_type="bulk", object_id=str(job.pk), rows=2).count() == 1


def test_check_reads_each_case_again_with_what_was_chosen(team, manager):
    mine, free = team.case(owner="colleague"), team.case(owner=None)
    job = choose(manager, "assign", mine, free)
    address = reverse("cases:bulk", args=[job.pk])
    assert manager.post(address, to(team, check="1")).status_code == 302
    page = text_of(manager.get(address))
    assert "Vérifié avec ces choix" in page
    assert "déjà fait" in page
    assert now(free).owner_id is None
    assert Job.objects.get(pk=job.pk).status == Status.PREVIEW


def test_check_tells_which_cases_would_not_fit_under_the_cap(team, manager):
    cases = [team.case(owner=None) for _ in range(9)]
    job = choose(manager, "assign", *cases)
    address = reverse("cases:bulk", args=[job.pk])
    manager.post(address, to(team, "advisor", check="1"))
    assert "1 : Au-delà du plafond de A. Essai : donnez une précision." in text_of(manager.get(address))
    manager.post(address, to(team, "advisor", reason_text=WHY, check="1"))
    assert "Au-delà du plafond de A. Essai" not in text_of(manager.get(address))


def test_preview_says_what_moved_since_the_choice_and_takes_it_as_it_is_when_asked(team, manager):
    still, moved = team.case(), team.case()
    job = choose(manager, "set_colour", still, moved)
    team.do(moved, "add_note", "advisor", text="Entre-temps.")
    address = reverse("cases:bulk", args=[job.pk])
    page = text_of(manager.get(address)).replace("<b>", "").replace("</b>", "")
    assert "1 dossier changera, 1 sera refusé" in page
    assert "1 : Ce dossier a bougé depuis votre choix." in page
    form = {"colour": "red", "reason": WHY}
    assert manager.post(address, form | {"refresh": "1"}).status_code == 302
    page = text_of(manager.get(address))
    assert "Vérifié avec ces choix" in page
    assert "a bougé depuis votre choix" not in page
    assert "Reprendre les dossiers tels" not in page
    manager.post(address, form)
    assert {now(case).colour for case in (still, moved)} == {"red"}


def test_preview_where_nothing_will_change_says_so_in_the_singular(team, manager):
    job = choose(manager, "assign", team.case("resolved"), team.case("resolved"))
    page = text_of(manager.get(reverse("cases:bulk", args=[job.pk]))).replace("<b>", "").replace("</b>", "")
    assert "0 dossier changera, 2 seront refusés" in page


def test_cases_taken_as_they_are_before_the_form_is_filled_are_taken_too(team, manager):
    case = team.case()
    job = choose(manager, "set_colour", case)
    team.do(case, "add_note", "advisor", text="Entre-temps.")
    address = reverse("cases:bulk", args=[job.pk])
    assert manager.post(address, {"refresh": "1"}).status_code == 302
    assert job.rows.get().version == now(case).version
    assert Job.objects.get(pk=job.pk).status == Status.PREVIEW


def test_a_note_does_not_mind_that_the_case_moved(team, manager):
    case = team.case()
    job = choose(manager, "add_note", case)
    team.do(case, "add_note", "advisor", text="Entre-temps.")
    assert "a bougé depuis" not in text_of(manager.get(reverse("cases:bulk", args=[job.pk])))


def test_a_case_that_already_is_as_asked_does_not_mind_that_it_moved(team, manager):
    case = team.case(owner=None)
    job = choose(manager, "assign", case)
    team.do(case, "claim", "colleague")
    assert "déjà fait" in checked(manager, job, **to(team))


def test_cases_that_come_after_the_preview_are_not_part_of_it(team, manager):
    job = choose(manager, "set_colour", team.case())
    late = team.case()
    manager.post(reverse("cases:bulk", args=[job.pk]), {"colour": "red", "reason": WHY})
    assert now(late).colour == "orange"


def test_form_that_says_too_little_confirms_nothing(team, manager):
    case = team.case(owner=None)
    job = choose(manager, "assign", case)
    for wrong in ({}, to(team, reason_code="other"), to(team, "stranger")):
        response = manager.post(reverse("cases:bulk", args=[job.pk]), wrong)
        assert response.status_code == 422
    assert Job.objects.get(pk=job.pk).status == Status.PREVIEW


@pytest.mark.parametrize("refs", [[], ["ATD-2026-999999"], ["\x00"], ["x" * 500]])
def test_nothing_chosen_goes_back_to_the_list_and_says_so(team, manager, refs):
    response = manager.post("/bulk/", {"action": "assign", "case": refs, "back": "/team/"}, follow=True)
    assert response.redirect_chain == [("/team/", 302)]
    assert "Choisissez d’abord des dossiers" in text_of(response)
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    "back", ["//ailleurs.example/", "https://ailleurs.example/", "javascript:alert(1)", ""]
)
def test_way_back_never_leaves_the_site(manager, back):
    assert manager.post("/bulk/", {"action": "assign", "back": back})["Location"] == "/queue/"


def test_all_that_the_filter_shows_is_frozen_at_the_preview_with_its_words(team, manager):
    def red(case: Case) -> Case:
        return team.do(case, "set_colour", "manager", colour="red", reason=WHY)

    wanted = [red(team.case()) for _ in range(3)]
    team.case()
    elsewhere = team.case(owner="stranger", unit="brest")
    team.do(elsewhere, "set_colour", "far_manager", colour="red", reason=WHY)
    response = manager.post("/bulk/", {"action": "set_colour", "all": "1", "query": "colour=red"})
    job = Job.objects.get()
    late = red(team.case())
    page = text_of(manager.get(response["Location"]))
    assert "3 dossiers au 10/11/2026 15:30, tous ceux de la liste (" in page
    assert set(job.rows.values_list("label", flat=True)) == {case.ref for case in wanted}
    manager.post(response["Location"], {"colour": "green", "reason": WHY})
    assert {now(case).colour for case in wanted} == {"green"}
    assert now(late).colour == "red"
    assert now(elsewhere).colour == "red"


def test_filter_that_cannot_be_read_chooses_nothing(team, manager):
    team.case()
    manager.post("/bulk/", {"action": "set_colour", "all": "1", "query": "state=nowhere"})
    assert not Job.objects.exists()


def test_case_of_another_unit_is_not_chosen(team, manager):
    elsewhere, here = team.case(owner=None, unit="brest"), team.case(owner=None)
    job = choose(manager, "assign", elsewhere, here)
    assert list(job.rows.values_list("label", flat=True)) == [here.ref]


def test_more_cases_than_a_job_takes_are_refused_with_the_limit(team, manager, monkeypatch):
    monkeypatch.setattr(selection, "MOST", 1)
    cases = [team.case(), team.case()]
    response = manager.post("/bulk/", {"action": "assign", "case": [case.ref for case in cases]}, follow=True)
    assert "le plus qu’un traitement prend" in text_of(response)
    assert not Job.objects.exists()


def test_unknown_action_and_somebody_elses_preview_are_unknown(team, manager):
    assert manager.post("/bulk/", {"action": "cancel"}).status_code == 404
    job = choose(manager, "assign", team.case())
    other = team.browser("far_manager")
    for method in (other.get, other.post):
        assert method(reverse("cases:bulk", args=[job.pk])).status_code == 404
    assert team.browser("advisor").get(reverse("cases:bulk", args=[job.pk])).status_code == 403


def test_preview_costs_the_same_at_two_and_at_forty_cases(team, manager, django_assert_max_num_queries):
    few = choose(manager, "set_colour", *(team.case() for _ in range(2)))
    many = choose(manager, "set_colour", *(team.case() for _ in range(40)))
    manager.get(reverse("cases:bulk", args=[few.pk]))
    for job in (few, many):
        with django_assert_max_num_queries(10):
            manager.get(reverse("cases:bulk", args=[job.pk]))
