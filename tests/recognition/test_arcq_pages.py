"""« Modalités ARCQ »: a dated page per unit; the units without one are listed (domain.md L73)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from atdemain.journal.models import AuditEvent
from recognition.models import UnitDocument
from tests.office import Office, text_of

pytestmark = pytest.mark.django_db

UNITS = reverse("recognition:arcq")
TEXT = "Le formateur de l’unité évalue chaque compétence avec ses preuves.\n\nLe salarié lit, et commente. Un désaccord se dit aux RH."


def publish(office: Office, unit: str = "lyon", **changes):
    sent = {"title": "Modalités ARCQ à Lyon", "dated_on": "2026-11-02", "text": TEXT} | changes
    return office.browser("hr").post(reverse("recognition:arcq_publish", args=[unit]), sent)


def test_a_unit_without_a_page_is_listed_for_hr_until_it_has_one(office):
    assert "2 unités sans page." in text_of(office.browser("hr").get(UNITS)).replace("\u00a0", " ")
    assert publish(office).status_code == 302
    page = text_of(office.browser("hr").get(UNITS))
    assert "1 unité sans page." in page.replace("\u00a0", " ")
    read = text_of(office.browser("staffrep").get(UNITS))
    assert "sans page." not in read
    assert "pas encore publiée" in read
    assert "02/11/2026" in read
    assert AuditEvent.objects.get(object_type="unit_document").action == "unit_document_published"


def test_a_newer_page_holds_and_the_former_stays_readable_at_its_date(office):
    publish(office)
    publish(
        office,
        title="Modalités ARCQ, deuxième version",
        dated_on="2026-11-09",
        text=TEXT + " Deux fois par an.",
    )
    address = reverse("recognition:arcq_page", args=["lyon"])
    now = text_of(office.browser("advisor").get(address))
    assert "deuxième version" in now
    assert "Deux fois par an." in now
    before = text_of(office.browser("advisor").get(address, {"on": "2026-11-02"}))
    assert "Une page plus récente vaut" in before
    for odd in ("2026-02-30", "zut", "\x00"):
        assert office.browser("advisor").get(address, {"on": odd}).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"title": ""}, "title", "titre"),
        ({"text": "Trop court."}, "text", "80"),
        ({"dated_on": "2026-11-11"}, "dated_on", "à venir"),
        ({"dated_on": "2026-11-02", "text": TEXT + " Autre."}, "dated_on", "plus récente"),
        ({"dated_on": "2026-10-02"}, "dated_on", "plus récente"),
        ({"dated_on": "29/02/2027"}, "dated_on", "ne se lit pas"),
        ({"dated_on": "0012-01-01"}, "dated_on", "calendrier"),
    ],
)
def test_what_cannot_be_published_names_the_field_and_keeps_the_text(office, changes, field, words):
    publish(office)
    response = publish(office, **changes)
    assert response.status_code == 422
    assert words in " ".join(response.context["form"].errors[field])
    assert UnitDocument.objects.count() == 1


def test_the_same_page_sent_twice_is_published_once(office):
    publish(office)
    assert publish(office).status_code == 302
    assert UnitDocument.objects.count() == 1


def test_only_hr_publishes(office):
    for who in ("manager", "staffrep", "admin", "trainer"):
        address = reverse("recognition:arcq_publish", args=["lyon"])
        assert office.browser(who).get(address).status_code == 403


def test_an_unknown_unit_and_a_unit_without_page_are_the_same_404(office):
    for code in ("inconnue", "brest"):
        assert office.browser("advisor").get(reverse("recognition:arcq_page", args=[code])).status_code == 404


def test_hostile_words_are_shown_as_words(office):
    publish(office, text="<script>alert(1)</script>" + TEXT)
    body = office.browser("advisor").get(reverse("recognition:arcq_page", args=["lyon"])).content.decode()
    assert "<script>alert(1)" not in body
