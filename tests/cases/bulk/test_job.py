"""What is asked on many cases as a job: the worker, what was refused, who sees it, what stays of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from atdemain.jobs import queue
from atdemain.jobs.enums import Outcome, Status
from atdemain.jobs.models import Job
from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from atdemain.organisation.roles import set_roles
from cases import hooks
from cases.models import CaseNote
from tests.office import NOW, text_of

from .cast import WHY, choose, now, rows, run, to

pytestmark = pytest.mark.django_db


def test_what_the_page_has_no_time_for_is_the_workers(team, manager, monkeypatch):
    monkeypatch.setattr(queue, "AT_ONCE", -1)
    monkeypatch.setattr(queue.run_at_once, "__defaults__", (-1,))
    cases = [team.case(owner=None) for _ in range(3)]
    job = run(manager, "assign", *cases, **to(team))
    assert job.status == Status.QUEUED
    page = text_of(manager.get(reverse("jobs:job", args=[job.pk])))
    assert "En attente" in page
    assert "hx-get" in page
    queue.run_waiting()
    job.refresh_from_db()
    assert (job.status, job.done) == (Status.FINISHED, 3)
    assert Notification.objects.filter(kind="job_over", recipient=team.people["manager"]).count() == 1


def test_role_taken_away_before_the_worker_comes_leaves_every_case_as_it_was(team, manager, monkeypatch):
    monkeypatch.setattr(queue.run_at_once, "__defaults__", (-1,))
    case = team.case(owner=None)
    job = run(manager, "assign", case, **to(team))
    set_roles(team.people["manager"], (Role.ADVISOR,))
    queue.run_waiting()
    job.refresh_from_db()
    assert (job.status, job.error) == (Status.FAILED, "Votre rôle n’a plus cette action.")
    assert now(case).owner_id is None


def test_manager_moved_to_another_unit_meanwhile_is_refused_on_each_row(team, manager, monkeypatch):
    monkeypatch.setattr(queue.run_at_once, "__defaults__", (-1,))
    case = team.case(owner=None)
    job = run(manager, "assign", case, **to(team))
    User.objects.filter(username="manager").update(unit=team.units["brest"])
    queue.run_waiting()
    assert rows(job) == [("refused", "Ce dossier n’est pas de votre unité.")]
    assert AuditEvent.objects.get(refused=True).reason_code == "not_allowed"


def test_dead_worker_after_some_rows_leaves_the_rest_to_the_next_and_none_twice(team, manager, monkeypatch):
    monkeypatch.setattr(queue.run_at_once, "__defaults__", (-1,))
    cases = [team.case() for _ in range(3)]
    job = run(manager, "add_note", *cases, text="Une seule fois.")
    taken = queue._take(NOW)
    second = job.rows.get(position=2)

    def dies() -> bool:
        if job.rows.filter(position=1).exclude(outcome=Outcome.PENDING).exists():
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        queue._run(taken, stop=dies)
    assert second.outcome == Outcome.PENDING
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        queue.run_waiting()
    assert CaseNote.objects.filter(text="Une seule fois.").count() == 3


def test_what_was_refused_is_prepared_again_as_it_now_is_with_the_same_choices(team, manager):
    done, moved = team.case(owner=None), team.case(owner=None)
    job = choose(manager, "assign", done, moved)
    team.do(moved, "add_note", "manager", text="Entre-temps.")
    manager.post(reverse("cases:bulk", args=[job.pk]), to(team))
    address = reverse("jobs:job", args=[job.pk])
    assert "Refaire sur les refusés" in text_of(manager.get(address))
    response = manager.post(reverse("jobs:act", args=[job.pk, "redo"]))
    again = Job.objects.latest("pk")
    assert response["Location"] == reverse("cases:bulk", args=[again.pk])
    assert (again.status, list(again.rows.values_list("label", flat=True))) == (Status.PREVIEW, [moved.ref])
    page = text_of(manager.get(response["Location"]))
    assert "refusés par un traitement précédent" in page
    assert "Vérifié avec ces choix" in page
    assert now(moved).owner_id is None
    manager.post(response["Location"], to(team))
    assert now(moved).owner_id == team.people["colleague"].pk


def test_nothing_refused_is_nothing_to_do_again(team, manager):
    job = run(manager, "assign", team.case(owner=None), **to(team))
    assert "Refaire sur les refusés" not in text_of(manager.get(reverse("jobs:job", args=[job.pk])))
    response = manager.post(reverse("jobs:act", args=[job.pk, "redo"]), follow=True)
    assert "Rien à refaire" in text_of(response)
    assert Job.objects.count() == 1


def test_a_manager_no_longer_does_nothing_again(team, manager):
    job = run(manager, "assign", team.case("resolved"), **to(team))
    set_roles(team.people["manager"], (Role.ADVISOR,))
    browser = team.browser("manager")
    response = browser.post(reverse("jobs:act", args=[job.pk, "redo"]), follow=True)
    assert "Votre rôle n’a plus cette action." in text_of(response)
    assert Job.objects.count() == 1


def test_a_job_is_its_askers_alone(team, manager):
    job = run(manager, "assign", team.case(owner=None), **to(team))
    other = team.browser("far_manager")
    for name in ("job", "undo", "file"):
        assert other.get(reverse(f"jobs:{name}", args=[job.pk])).status_code == 404
    assert other.post(reverse("jobs:act", args=[job.pk, "stop"])).status_code == 404
    assert "Confier" not in text_of(other.get("/jobs/")).split("<main")[1]
    assert job.title in text_of(manager.get("/jobs/"))


def test_the_page_asks_for_news_and_loads_anew_when_the_state_changes(team, manager, monkeypatch):
    monkeypatch.setattr(queue.run_at_once, "__defaults__", (-1,))
    job = run(manager, "assign", team.case(owner=None), **to(team))
    address = reverse("jobs:job", args=[job.pk])
    htmx = {"HX-Request": "true"}
    quiet = manager.get(address, {"state": "queued", "seen": "0"}, headers=htmx)
    assert "HX-Refresh" not in quiet
    assert "annonces" not in text_of(quiet)
    queue.run_waiting()
    over = manager.get(address, {"state": "queued", "seen": "0"}, headers=htmx)
    assert over["HX-Refresh"] == "true"
    assert "100 % faits." in text_of(over)


def test_stop_and_resume_from_the_page(team, manager, monkeypatch):
    monkeypatch.setattr(queue.run_at_once, "__defaults__", (-1,))
    case = team.case(owner=None)
    job = run(manager, "assign", case, **to(team))
    act = reverse("jobs:act", args=[job.pk, "stop"])
    assert "Le traitement s’arrête" in text_of(manager.post(act, follow=True))
    assert "Rien n’a changé" in text_of(manager.post(act, follow=True))
    queue.run_waiting()
    assert now(case).owner_id is None
    manager.post(reverse("jobs:act", args=[job.pk, "resume"]))
    queue.run_waiting()
    assert now(case).owner_id == team.people["colleague"].pk


def test_the_queue_offers_to_choose_several_to_a_manager_only(team, manager):
    team.case(owner=None)
    assert 'form="bulk"' in text_of(manager.get("/queue/"))
    assert 'form="bulk"' not in text_of(team.browser("advisor").get("/queue/"))


def test_a_job_whose_client_is_erased_keeps_no_words_and_writes_none_when_resumed(office, manager):
    """One at work keeps them to its end; the others of the same list lose them with the client's."""
    case, other, elsewhere = (office.case(client=office.client()) for _ in range(3))
    stopped, moving = (choose(manager, "add_note", case, other) for _ in range(2))
    apart = choose(manager, "add_note", elsewhere)
    Job.objects.update(parameters={"chosen": WHY, "text": WHY, "typed": {"text": WHY}}, status=Status.STOPPED)
    Job.objects.filter(pk=moving.pk).update(status=Status.QUEUED)
    hooks.fire("clients_pseudonymised", client_ids=[case.client_id], case_ids=[case.pk], now=NOW)
    words = dict(Job.objects.values_list("pk", "parameters"))
    assert words[stopped.pk] == {"chosen": "", "text": ""}
    assert words[moving.pk]["text"] == words[apart.pk]["text"] == WHY
    Job.objects.filter(pk=moving.pk).delete()
    assert queue.resume(Job.objects.get(pk=stopped.pk), now=NOW)
    queue.run_waiting()
    assert {outcome for outcome, _ in rows(stopped)} == {Outcome.REFUSED}
    assert not CaseNote.objects.exists()
