"""The pages of the API are open, say what the document says, and the guide's two programs run as they are printed."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client as Browser
from django.urls import reverse

from atdemain.rest.problems import KINDS
from atdemain.rest.reference.changes import CHANGES
from atdemain.rest.reference.document import document
from atdemain.rest.reference.remedies import REMEDIES
from cases.models import Contact, Escalation
from tests.api.stage import OPERATIONS, Stage
from tests.office import Office, text_of

pytestmark = pytest.mark.django_db
PAGES = ("/api/reference/", "/api/guide/", "/api/changes/")


def test_every_operation_has_a_page_that_the_reference_leads_to(client: Browser):
    told = text_of(client.get("/api/reference/"))
    for name, (path, method, found) in OPERATIONS.items():
        where = reverse("api:operation", args=[name])
        assert f'href="{where}"' in told
        page = text_of(client.get(where))
        assert found["summary"] in html.unescape(page)
        assert f"<b>{method}</b> {path}" in page
        for parameter in re.findall(r"\{(\w+)\}", path):
            assert f"<code>{parameter}</code>" in page
    assert client.get("/api/reference/inconnue/").status_code == 404


def test_the_page_of_an_operation_tells_each_field_with_what_it_takes(client: Browser):
    page = text_of(client.get("/api/reference/answer_escalation/"))
    for words in ("answer_code", "exigé", "needs_client", "2000 caractères au plus, 10 au moins", "If-Match"):
        assert words in page
    assert "<code>exchanges[].text</code>" in page


def test_each_problem_has_a_page_that_says_what_it_means_what_to_do_and_who_may_meet_it(client: Browser):
    assert REMEDIES.keys() == KINDS.keys()
    for code, kind in KINDS.items():
        page = text_of(client.get(f"/api/problems/{code}"))
        assert kind.title in page
        assert "Que faire" in page
        assert f"&quot;code&quot;: &quot;{code}&quot;" in page
    page = client.get("/api/problems/too_many_items").content.decode()
    assert reverse("api:operation", args=["send_contacts"]) in page
    assert reverse("api:operation", args=["get_me"]) not in page


def test_the_changes_say_the_version_of_the_document(client: Browser):
    assert CHANGES[0].version == document()["info"]["version"]
    assert CHANGES[0].version in text_of(client.get("/api/changes/"))


@pytest.mark.parametrize("page", PAGES)
def test_nothing_of_these_pages_comes_from_elsewhere_nor_asks_to_weaken_the_policy(
    client: Browser, page: str
):
    answer = client.get(page)
    told = answer.content.decode()
    assert not re.search(r'(?:src|href)="(?:https?:)?//', told)
    assert not re.search(r"<style|<script(?![^>]*src=)| style=| on[a-z]+=", told)
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_these_pages_ask_nobody_for_a_second_factor(office: Office, settings):
    settings.SECOND_FACTOR = True
    for page in (*PAGES, "/api/reference/get_me/", "/api/problems/conflict"):
        assert office.browser("admin").get(page).status_code == 200, page


def test_an_administrator_finds_the_reference_from_the_partners_page(office: Office):
    page = office.browser("admin").get("/partners/").content.decode()
    for name in ("api:reference", "api:guide"):
        assert reverse(name) in page


# -- the guide, as it is printed -------------------------------------------------------------------------


def program(url: str, name: str, folder: Path) -> Path:
    """What a reader of the guide copies."""
    page = Browser(headers={"host": url.removeprefix("http://")}).get("/api/guide/").content.decode()
    (found,) = re.findall(rf'<code data-program="{name}">(.*?)</code>', page, re.S)
    file = folder / name
    file.write_text(html.unescape(found), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["python", "curl"])
def test_the_program_of_the_guide_answers_its_first_escalation(
    sandbox: Stage, live_server, tmp_path: Path, name: str
):
    tools = {"python": [sys.executable], "curl": [shutil.which("bash"), shutil.which("curl")]}[name]
    if None in tools:
        pytest.skip("bash ou curl est introuvable")
    file = program(live_server.url, name, tmp_path)
    run = lambda: subprocess.run(  # noqa: E731
        [tools[0], str(file)], capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path
    )
    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "answered" in done.stdout
    assert Escalation.objects.get(pk=sandbox.ids[4127]).answer_code == "fixed"
    assert Contact.objects.filter(client__client_ref="CLI-GUIDE").count() == 1
    again = run()  # nothing waits any more: said, and no error of the program's own
    assert (again.returncode, again.stderr.strip()) == (
        1,
        "Aucune escalade n'attend : demandez-en une à un conseiller.",
    )
