"""A client asks what is held, or that it be erased: written first, complete, without colleagues' names."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import models

from atdemain.journal.models import AccessLog, AuditEvent
from atdemain.journal.verify import verify
from cases import clients, subject
from cases.invariants import broken
from cases.models import Case, Client, RepeatVerdict, SubjectRequest
from cases.retention.fields import FIELDS
from cases.subject.contents import rule_words
from tests.cases.retention.cast import TOKEN, figures, told_client, traces
from tests.office import NOW, Office, text_of

pytestmark = pytest.mark.django_db
WHY = "Courrier du 9 novembre, pièce d’identité vue."
LAST = NOW + timedelta(days=30)


@pytest.fixture
def client(office) -> Client:
    return told_client(office)


def asked(office: Office, client: Client) -> SubjectRequest:
    form = {"client": client.client_ref, "channel": "letter", "reason": WHY}
    response = office.browser("dpo").post("/subject/", form)
    assert response.status_code == 302, text_of(response)
    return SubjectRequest.objects.get(client=client)


def test_a_request_is_written_in_the_register_and_the_journal_before_anything_is_shown(office, client):
    request = asked(office, client)
    assert (request.channel, request.reason, request.by.username) == ("letter", WHY, "dpo")
    row = AuditEvent.objects.filter(object_type="client", object_id=str(client.pk)).latest("seq")
    assert (row.action, row.actor_id) == ("subject_request", office.people["dpo"].pk)
    assert asked(office, client) == request, "the same again the same day is the same"
    assert office.browser("dpo").get(f"/subject/{request.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"client": "INCONNU", "channel": "letter", "reason": WHY}, "Aucune fiche"),
        ({"channel": "letter", "reason": "court"}, "Écrivez au moins 10 caractères"),
        ({"channel": "pigeon", "reason": WHY}, "pigeon"),
    ],
)
def test_a_request_without_a_client_a_way_or_a_reason_is_refused(office, client, form, told):
    response = office.browser("dpo").post("/subject/", {"client": client.client_ref, **form})
    assert response.status_code == 422
    assert told in text_of(response)
    assert not SubjectRequest.objects.exists()


def test_every_text_of_the_client_is_in_the_answer(office, client):
    """Whatever erasure would take is what access must give."""
    data = office.browser("dpo").get(f"/subject/{asked(office, client).pk}/data.json")
    body = data.content.decode()
    assert data["Content-Type"] == "application/json"
    assert "attachment" in data["Content-Disposition"]
    missing = set()
    for model, path, values in FIELDS:
        for row in model._default_manager.filter(**{f"{path}__in": [client.pk]}):
            for name in values or {}:
                value = getattr(row, name)
                if isinstance(value, str) and value and (model, name) not in NOT_TOLD:
                    missing |= set() if value in body else {f"{model._meta.label}.{name}"}
    assert missing == set()


NOT_TOLD = {
    (apps.get_model("cases.Client"), "name_key"),  # the name again, for sorting
    (apps.get_model("cases.Client"), "priority_reason"),  # told by its label
    (apps.get_model("cases.Contact"), "content_hash"),  # tells nothing
    (apps.get_model("cases.Contact"), "handler_ref"),  # a colleague
    (apps.get_model("cases.Contact"), "interaction_id"),  # the switch's own number of the call
    (apps.get_model("journal.AccessQuestion"), "reason"),  # the officer's inquiry into colleagues' readings
}


def test_the_page_shows_the_same_and_the_download_is_json(office, client):
    request = asked(office, client)
    browser = office.browser("dpo")
    page = text_of(browser.get(f"/subject/{request.pk}/"))
    held = json.loads(browser.get(f"/subject/{request.pk}/data.json").content)
    assert held["identity"]["name"] == client.display_name
    assert held["identity"]["phones"] == "+33199004127"
    assert [one["source"] for one in held["contacts"]] == [f"essai {TOKEN}-{n}" for n in range(3)]
    assert held["cases"][0]["ref"] == Case.objects.get(client=client).ref
    assert held["satisfaction"][0]["score"] == 4
    assert held["repeat_verdicts"][0]["rule"] == rule_words(RepeatVerdict.objects.get().rule)
    for word in ("résumé", "note", "synthèse", "réponse", "dit", "refus", "question", "précision"):
        assert f"{TOKEN} {word}" in page, word


def test_colleagues_are_not_named(office, client):
    request = asked(office, client)
    browser = office.browser("dpo")
    for address in (f"/subject/{request.pk}/", f"/subject/{request.pk}/data.json"):
        body = browser.get(address).content.decode()
        body = body.split("<main", 1)[-1].split("</main>")[0]
        for name in ("Advisor Essai", "A. Essai", "Colleague", "Backoffice", "employee"):
            assert name not in body, (address, name)
        assert "un agent, UAT Lyon" in body


def test_each_reading_and_download_is_logged_as_an_export(office, client):
    request = asked(office, client)
    before = AccessLog.objects.count()
    browser = office.browser("dpo")
    browser.get(f"/subject/{request.pk}/")
    browser.get(f"/subject/{request.pk}/data.json")
    rows = AccessLog.objects.order_by("pk")[before:]
    told = {(row.action, row.client_id, row.purpose, row.rows > 10) for row in rows}
    assert told == {("export", client.pk, "client_request", True)}
    assert len(rows) == 2


def test_a_request_opens_the_data_for_a_month(office, client, clock):
    request = asked(office, client)
    clock.shift(timedelta(days=31))
    browser = office.browser("dpo")
    page = text_of(browser.get(f"/subject/{request.pk}/"))
    assert "plus d’un mois" in page
    assert TOKEN not in page.split("<main", 1)[-1]
    assert browser.get(f"/subject/{request.pk}/data.json").status_code == 302
    assert browser.post(f"/subject/{request.pk}/erase/", {"sure": "on"}).status_code == 302
    assert Client.objects.get(pk=client.pk).pseudonymised_at is None


def test_records_merged_into_it_are_told_with_it(office, client):
    other = office.client("Autre nom", phone="+33199004199")
    office.contact(other, NOW - timedelta(days=1), summary="Un appel de l’autre fiche.")
    clients.merge(client.pk, other.pk, actor=office.actor("admin"), now=NOW, reason="la même personne")
    form = {"client": other.client_ref, "channel": "email", "reason": WHY}
    response = office.browser("dpo").post("/subject/", form)
    held = json.loads(office.browser("dpo").get(response["Location"] + "data.json").content)
    assert held["identity"]["reference"] == client.client_ref
    assert held["identity"]["other_references"] == other.client_ref
    assert "Un appel de l’autre fiche." in [one["summary"] for one in held["contacts"]]


# -- erasure ----------------------------------------------------------------------------------------------


def test_erasure_leaves_no_text_and_every_figure(office, client):
    request = asked(office, client)
    before = figures()
    response = office.browser("dpo").post(f"/subject/{request.pk}/erase/", {"sure": "on"}, follow=True)
    assert "Données effacées : 1 fiche, 3 contacts, 1 dossier." in text_of(response)
    assert traces() == []
    assert traces("99004127") == []
    assert traces("pièce d’identité") == []
    assert figures() == before
    assert list(verify()) == []
    assert list(broken(LAST)) == []
    row = AuditEvent.objects.filter(object_type="client", object_id=str(client.pk)).latest("seq")
    assert (row.action, row.reason_code, row.actor_id) == (
        "pseudonymised", "client_request", office.people["dpo"].pk,
    )  # fmt: skip
    request = SubjectRequest.objects.get()
    assert (request.erased_at, request.reason) == (NOW, "")
    assert "Fiche pseudonymisée" in text_of(office.browser("dpo").get("/subject/"))


def test_erasure_is_refused_while_somebody_works_for_the_client(office, client):
    case = office.case("opened", client=client)
    request = asked(office, client)
    browser = office.browser("dpo")
    page = text_of(browser.get(f"/subject/{request.pk}/erase/"))
    assert f"Le dossier {case.ref} est ouvert : quelqu’un s’en occupe encore." in page
    assert "<form class" not in page.split("<main", 1)[-1]
    response = browser.post(f"/subject/{request.pk}/erase/", {"sure": "on"})
    assert response.status_code == 422
    assert case.ref in text_of(response)
    assert Client.objects.get(pk=client.pk).display_name == client.display_name
    refused = AuditEvent.objects.filter(object_type="client", refused=True).latest("seq")
    assert (refused.action, refused.reason_code) == ("pseudonymised", "in_use")


def test_erasure_is_confirmed_first(office, client):
    request = asked(office, client)
    response = office.browser("dpo").post(f"/subject/{request.pk}/erase/", {})
    assert response.status_code == 422
    assert "Confirmez d’abord" in text_of(response)
    assert Client.objects.get(pk=client.pk).pseudonymised_at is None


def test_erasing_twice_is_refused_and_changes_nothing(office, client):
    request = asked(office, client)
    subject.erase(request, actor=office.actor("dpo"), now=NOW)
    events = AuditEvent.objects.filter(refused=False).count()
    with pytest.raises(subject.NotNow, match="déjà pseudonymisée"):
        subject.erase(request, actor=office.actor("dpo"), now=NOW)
    assert AuditEvent.objects.filter(refused=False).count() == events


def test_nothing_is_added_to_a_case_whose_client_is_erased(office, client):
    request = asked(office, client)
    subject.erase(request, actor=office.actor("dpo"), now=NOW)
    case = Case.objects.get(client=client)
    response = office.browser("manager").post(
        f"/cases/{case.ref}/add_note/", {"text": "C’était Mme Moreau.", "version": case.version}
    )
    assert response.status_code == 422
    assert "plus rien ne s’y ajoute" in text_of(response)


def test_terms_are_told_to_who_answers_clients(office):
    page = text_of(office.browser("dpo").get("/retention/"))
    assert "Fiches, contacts et dossiers" in page
    for term in ("24 mois", "7 jours", "6 mois", "28 jours", "5 ans", "aussitôt"):
        assert term in page, term


def test_every_model_that_is_erased_by_column_is_text():
    for model, _path, values in FIELDS:
        for name, value in (values or {}).items():
            field = model._meta.get_field(name)
            if value is None and isinstance(field, models.ForeignKey):
                assert field.null  # the way to the case is cut
                continue
            assert isinstance(value, (str, type, bool, dict)), (model, name)
            assert isinstance(
                field, (models.CharField, models.TextField, models.JSONField, models.BooleanField)
            )
