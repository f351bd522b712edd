"""The administrator's imports in the browser: upload, preview, counts, progress, stop, resume, rejects."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from atdemain.journal.actors import system
from atdemain.journal.models import AccessLog, AuditEvent
from atdemain.journal.purging import run as purge
from atdemain.journal.retention import KINDS, count
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from atdemain.organisation.roles import set_roles
from cases.importing import queue, runner, upload
from cases.importing.queue import run_queued
from cases.models import Contact, ImportRun
from tests.cases.import_files import HEADER, calls, switch

Status = ImportRun.Status
pytestmark = pytest.mark.django_db
ROWS = [*calls("C1", [1, 2, 3]), "x;hier;C2;60", *calls("C3", [4], seconds=3)]


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")


def person(name: str, *roles: Role) -> Browser:
    user = User.objects.create(username=name, first_name=name.title(), last_name="Essai")
    set_roles(user, roles)
    browser = Browser(enforce_csrf_checks=False)
    browser.force_login(user)
    return browser


@pytest.fixture
def admin() -> Browser:
    return person("admin", Role.ADMIN)


def form(
    rows: list[str] = ROWS, *, header: str = HEADER, mode: str = "shadow", **more: Any
) -> dict[str, Any]:
    content = "\n".join([header, *rows, ""]).encode()
    return {
        "file": SimpleUploadedFile("appels.csv", content, "text/csv"),
        "profile": "other",
        "profile_file": SimpleUploadedFile("switch.toml", switch().text.encode()),
        "mode": mode,
    } | more


def upload_file(browser: Browser, **more: Any) -> ImportRun:
    response = browser.post(reverse("cases:imports"), form(**more))
    assert response.status_code == 302, response.content.decode()
    return ImportRun.objects.latest("pk")


def act(browser: Browser, run: ImportRun, action: str) -> ImportRun:
    browser.post(reverse("cases:import_act", args=[run.pk, action]))
    return ImportRun.objects.get(pk=run.pk)


def page(browser: Browser, run: ImportRun, **headers: str) -> Any:
    return browser.get(reverse("cases:import", args=[run.pk]), headers=headers)


def text(response: Any) -> str:
    return " ".join(response.content.decode().replace("\u202f", " ").replace("\u00a0", " ").split())


# -- the whole way ---------------------------------------------------------------------------------------


def test_upload_shows_the_first_rows_as_understood_and_imports_nothing(admin: Browser) -> None:
    run = upload_file(admin)
    shown = text(page(admin, run))
    assert run.status == Status.PREVIEW
    assert "01/09/2026 10:00:00" in shown
    assert "60 s" in shown
    assert "Début : « hier » n’est pas une date et une heure (JJ/MM/AAAA hh:mm)" in shown
    assert "Compte en cours" in shown
    assert "Importer" not in shown.split("<main")[1].split("<h1")[1].split("Premières")[0]
    assert Contact.objects.count() == 0
    assert AccessLog.objects.filter(object_type="import_run", action="view").count() == 1


def test_first_rows_that_the_import_would_refuse_show_why_beside_what_was_understood(admin: Browser) -> None:
    ahead = timezone.localtime() + timedelta(minutes=6, seconds=59)
    rows = [
        "a;01/09/2026 10:00;C1;60;;",
        "b;31/12/9999 23:59;C1;60;;",
        "c;01/09/2026 10:00;C1;-5;;",
        "d;01/09/2026 10:00;C1;60;01/09/2026 09:00;",
        f"e;{ahead:%d/%m/%Y %H:%M};C1;60;;",
        "f;01/09/2026 10:00;C1;60;;nulle-part",
    ]
    profile = switch(
        fields='ended_at = { column = "Fin", format = "%d/%m/%Y %H:%M" }\nunit_code = "Unité"',
        rest='[unit]\ncode = "to-be-made"',
    )
    rows.append("g;01/09/2026 10:00;C1;60;;to-be-made")
    toml = SimpleUploadedFile("switch.toml", profile.text.encode())
    run = upload_file(admin, rows=rows, header=f"{HEADER};Fin;Unité", profile_file=toml)
    shown = text(page(admin, run))
    assert "Durée : Durée négative : conversation." in shown
    assert "Fin : L’heure (fin) précède l’arrivée." in shown
    assert "Unité : Unité inconnue : nulle-part." in shown
    assert shown.count("Début : L’arrivée est dans le futur, de plus de 5 minutes.") == 2
    assert "31/12/9999 23:59:00" in shown
    assert "-5 s" in shown
    assert shown.count("rejetée") == 5
    run_queued()
    run.refresh_from_db()
    assert (run.counts["dry"]["created"], run.counts["dry"]["rejected"]) == (2, 5)


def test_counts_and_reasons_are_shown_before_confirming(admin: Browser) -> None:
    run = upload_file(admin)
    assert run_queued() == 1
    shown = text(page(admin, run))
    assert "Importer 4 contacts" in shown
    assert "Non comptés : conversation trop courte" in shown
    assert "Télécharger les rejets" in shown
    assert Contact.objects.count() == 0
    assert run_queued() == 0  # counted once


def test_confirmed_import_runs_finishes_and_forgets_the_file(admin: Browser) -> None:
    run = upload_file(admin)
    run_queued()
    assert act(admin, run, "confirm").status == Status.QUEUED
    assert run_queued() == 1
    run.refresh_from_db()
    assert (run.status, run.rows_done, run.counts["created"], run.counts["rejected"]) == ("finished", 4, 4, 1)
    assert Contact.objects.filter(import_run=run).count() == 4
    ((kind, who),) = AuditEvent.objects.filter(object_type="import_run").values_list("actor_kind", "actor_id")
    assert (kind, who) == ("import", run.started_by_id)
    assert [file.suffix for file in runner.directory().iterdir()] == [".csv"]
    shown = text(page(admin, run))
    assert "Résultat" in shown
    assert "Contacts RD3+" in shown
    assert "appels.csv" in text(admin.get(reverse("cases:imports")))


def test_rejects_are_downloaded_as_a_french_spreadsheet_opens_them(admin: Browser) -> None:
    run = upload_file(admin)
    run_queued()
    response = admin.get(reverse("cases:import_rejects", args=[run.pk]))
    body = b"".join(response.streaming_content).decode("utf-8")
    assert body.startswith("\ufeffline;column;reason")
    assert "5;Début;" in body
    assert "attachment" in response["Content-Disposition"]
    assert AccessLog.objects.filter(action="export", object_type="import_run").count() == 1
    response.close()


def test_rejects_of_a_clean_import_are_not_found(admin: Browser) -> None:
    run = upload_file(admin, rows=calls("C1", [1]))
    run_queued()
    assert admin.get(reverse("cases:import_rejects", args=[run.pk])).status_code == 404


def test_discarded_upload_leaves_nothing(admin: Browser) -> None:
    run = upload_file(admin)
    run_queued()
    admin.post(reverse("cases:import_act", args=[run.pk, "discard"]))
    assert not ImportRun.objects.exists()
    assert list(runner.directory().iterdir()) == []


def test_upload_never_confirmed_is_forgotten_after_a_week(
    admin: Browser, django_capture_on_commit_callbacks: Any
) -> None:
    old, recent = upload_file(admin), upload_file(admin)
    ImportRun.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(days=8))
    kind, now = [KINDS["uploads"]], timezone.now()
    assert count(now, kind).counts == {"uploads": {"uploads": 1}}
    assert queue.stored_file(old).exists(), "counting takes no file away"
    with django_capture_on_commit_callbacks(execute=True):
        assert purge(now, kind, system("purge")).counts == {"uploads": {"uploads": 1}}
    assert ImportRun.objects.get() == recent
    assert not queue.stored_file(old).exists()
    assert queue.stored_file(recent).exists()


@pytest.mark.parametrize("status", [Status.FINISHED, Status.FAILED, Status.INTERRUPTED])
def test_the_files_of_a_run_that_is_over_leave_after_a_week_and_the_run_stays(
    admin: Browser, django_capture_on_commit_callbacks: Any, status: str
) -> None:
    old, recent, moving = (upload_file(admin) for _ in range(3))
    run_queued()
    ImportRun.objects.update(status=status, updated_at=timezone.now() - timedelta(days=8))
    ImportRun.objects.filter(pk=recent.pk).update(updated_at=timezone.now() - timedelta(days=6))
    ImportRun.objects.filter(pk=moving.pk).update(status=Status.QUEUED)
    with django_capture_on_commit_callbacks(execute=True):
        assert purge(timezone.now(), [KINDS["uploads"]], system("purge")).counts == {
            "uploads": {"import_files": 1}
        }
    for run, stays in ((old, False), (recent, True), (moving, True)):
        assert (queue.stored_file(run).exists(), queue.rejects_path(run).exists()) == (stays, stays)
    assert act(admin, old, "resume").status == status
    shown = text(page(admin, old))
    assert "Télécharger les rejets" not in shown
    assert "ligne de commande" not in shown
    assert ("n’est plus sur le serveur" in shown) == (status != Status.FINISHED)


# -- stop, resume, two tabs ------------------------------------------------------------------------------


def test_stopped_import_is_resumed_to_the_same_totals(
    admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "BATCH", 1)
    run = upload_file(admin)
    run_queued()
    act(admin, run, "confirm")
    commit = runner.Import._commit

    def stopping(self: Any, rows: Any) -> None:
        commit(self, rows)
        if self.run.rows_done == 2:
            act(admin, run, "stop")

    monkeypatch.setattr(runner.Import, "_commit", stopping)
    run_queued()
    run.refresh_from_db()
    assert (run.status, run.rows_done, Contact.objects.count()) == (Status.INTERRUPTED, 2, 2)
    assert "Reprendre l’import" in text(page(admin, run))
    monkeypatch.setattr(runner.Import, "_commit", commit)
    assert act(admin, run, "resume").status == Status.QUEUED
    run_queued()
    run.refresh_from_db()
    assert (run.status, run.counts["created"], run.counts["rejected"]) == (Status.FINISHED, 4, 1)


def test_import_of_a_dead_worker_is_taken_up_after_a_minute_and_not_before(admin: Browser) -> None:
    run = upload_file(admin)
    run_queued()
    act(admin, run, "confirm")
    ImportRun.objects.filter(pk=run.pk).update(status=Status.RUNNING, updated_at=timezone.now())
    assert run_queued() == 0
    ImportRun.objects.filter(pk=run.pk).update(updated_at=timezone.now() - timedelta(seconds=61))
    assert run_queued() == 1
    assert ImportRun.objects.get().status == Status.FINISHED


@pytest.mark.parametrize(("action", "status"), [("stop", "preview"), ("resume", "preview"), ("confirm", "finished"),
                                                ("discard", "finished"), ("confirm", "running")])  # fmt: skip
def test_action_of_an_old_tab_changes_nothing_and_says_where_it_is(
    admin: Browser, action: str, status: str
) -> None:
    run = upload_file(admin)
    run_queued()
    ImportRun.objects.filter(pk=run.pk).update(status=status)
    response = admin.post(reverse("cases:import_act", args=[run.pk, action]), follow=True)
    assert ImportRun.objects.get().status == status
    if action != "discard":
        assert "rien n’a changé" in text(response)


def test_import_is_not_confirmed_before_it_is_counted(admin: Browser) -> None:
    run = upload_file(admin)
    assert act(admin, run, "confirm").status == Status.PREVIEW


def test_unknown_action_and_unknown_import_are_not_found(admin: Browser) -> None:
    run = upload_file(admin)
    assert admin.post(reverse("cases:import_act", args=[run.pk, "explode"])).status_code == 404
    assert admin.get(reverse("cases:import", args=[10**15])).status_code == 404


# -- progress --------------------------------------------------------------------------------------------


def test_progress_is_a_part_of_the_page_and_loads_it_anew_when_the_state_changes(admin: Browser) -> None:
    run = upload_file(admin)
    ImportRun.objects.filter(pk=run.pk).update(status=Status.RUNNING, rows_total=200, rows_done=50)
    url = reverse("cases:import", args=[run.pk])
    same = admin.get(f"{url}?state=running", headers={"HX-Request": "true"})
    assert "50 contacts sur 200" in text(same)
    assert "25 %" in text(same)
    assert "HX-Refresh" not in same
    assert "<html" not in text(same)
    ImportRun.objects.filter(pk=run.pk).update(status=Status.INTERRUPTED)
    assert admin.get(f"{url}?state=running", headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_list_and_page_cost_the_same_queries_for_ten_runs_as_for_one(
    admin: Browser, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        run = upload_file(admin, rows=calls(f"C{number}", [1]))
    with django_assert_max_num_queries(8):
        admin.get(reverse("cases:imports"))
    with django_assert_max_num_queries(10):  # the preview looks up units, entities and reasons
        page(admin, run)


# -- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"file": ""}, "Choisissez le fichier"),
        ({"profile_file": ""}, "Choisissez le fichier du profil"),
        ({"profile": "nulle-part"}, "Sélectionnez un choix valide"),
        ({"mode": "replay!"}, "Sélectionnez un choix valide"),
        ({"header": "Id;Fin;Client;Durée"}, "« Début »"),
        ({"rows": [], "header": ""}, "vide"),
        ({"profile_file": SimpleUploadedFile("p.toml", b"[file")}, "TOML"),
        ({"profile_file": SimpleUploadedFile("p.toml", b"\xff\x00")}, "UTF-8"),
        ({"file": SimpleUploadedFile("x.xlsx", b"PK\x03\x04zip")}, "Excel"),
    ],
)
def test_upload_that_cannot_be_read_is_refused_at_its_field(
    admin: Browser, more: dict, expected: str
) -> None:
    response = admin.post(reverse("cases:imports"), form(**more))
    assert response.status_code == 422
    assert expected in text(response)
    assert not ImportRun.objects.exists()
    assert not list(runner.directory().glob("*.upload"))


def test_upload_past_the_bound_is_refused_and_not_kept(
    admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "MAX_BYTES", 2_000)
    response = admin.post(reverse("cases:imports"), form(rows=calls("C1", [1]) * 200))
    assert response.status_code == 422
    assert "dépasse" in text(response)
    assert not ImportRun.objects.exists()


def test_upload_without_the_form_token_is_refused() -> None:
    browser = person("admin2", Role.ADMIN)
    browser.handler.enforce_csrf_checks = True
    assert browser.post(reverse("cases:imports"), form()).status_code == 403
    assert not ImportRun.objects.exists()


def test_file_that_went_away_ends_refused_with_what_to_do(admin: Browser) -> None:
    run = upload_file(admin)
    queue.stored_file(run).unlink()
    run_queued()
    shown = text(page(admin, run))
    assert ImportRun.objects.get().status == Status.FAILED
    assert "Déposez-le de nouveau" in shown


def test_import_that_breaks_is_told_and_can_be_resumed(
    admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = upload_file(admin)
    run_queued()
    act(admin, run, "confirm")
    monkeypatch.setattr(runner, "receive_batch", lambda *a, **k: 1 / 0)
    run_queued()
    assert ImportRun.objects.get().status == Status.FAILED
    monkeypatch.undo()
    act(admin, run, "resume")
    run_queued()
    assert ImportRun.objects.get().counts["created"] == 4


# -- who may ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_imports_are_for_administrators_only(admin: Browser, role: Role) -> None:
    run = upload_file(admin)
    other = person("autre", role)
    assert other.get(reverse("cases:imports")).status_code == 403
    assert other.post(reverse("cases:imports"), form()).status_code == 403
    assert other.get(reverse("cases:import", args=[run.pk])).status_code == 403
    assert other.get(reverse("cases:import", args=[10**9])).status_code == 403
    assert other.get(reverse("cases:import_rejects", args=[run.pk])).status_code == 403
    assert other.post(reverse("cases:import_act", args=[run.pk, "confirm"])).status_code == 403
    assert ImportRun.objects.count() == 1


def test_imports_send_who_is_not_logged_in_to_the_log_in_page() -> None:
    assert Browser().get(reverse("cases:imports")).status_code == 302


@pytest.mark.parametrize("route", ["import_act"])
def test_action_by_get_is_no_method(admin: Browser, route: str) -> None:
    run = upload_file(admin)
    assert admin.get(reverse(f"cases:{route}", args=[run.pk, "confirm"])).status_code == 405


# -- the worker ------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_task_imports_beside_the_worker_and_starts_one_thread_at_a_time(admin: Browser) -> None:
    run = upload_file(admin)
    assert queue.BACKGROUND.start() is True
    for thread in threading.enumerate():
        if thread.name == "imports":
            thread.join(timeout=30)
    assert "dry" in ImportRun.objects.get(pk=run.pk).counts
    assert queue.BACKGROUND.start() is False  # nothing waits
    queue.BACKGROUND.busy.acquire()
    ImportRun.objects.filter(pk=run.pk).update(status=Status.QUEUED)
    assert queue.BACKGROUND.start() is False  # one is at work
    queue.BACKGROUND.busy.release()
