"""Where a quality review is read: by the unit's managers and by whom it is about, never by colleagues."""

from __future__ import annotations

import pytest

from atdemain.notifications.models import Notification
from cases.enums import ReviewCriterion
from tests.office import NOW, posted, text_of

pytestmark = pytest.mark.django_db

SECRET = "La date promise n’a pas été redite au client."
ANSWERS = dict.fromkeys(ReviewCriterion.values, "yes")


@pytest.fixture
def reviewed(office):
    case = office.case("callback_due")
    data = ANSWERS | {
        "promises_kept": "no",
        "promises_kept_comment": SECRET,
        "comment": "Dossier suivi, sauf un rappel.",
    }
    return office.do(case, "quality_review", "manager", **data)


def pages(office, case, who: str) -> str:
    browser = office.browser(who)
    addresses = (f"/cases/{case.ref}/", f"/clients/{case.client.client_ref}/", "/inbox/?show=all", "/")
    return " ".join(text_of(browser.get(address)) for address in addresses)


@pytest.mark.parametrize("who", ["manager", "advisor"])
def test_the_manager_and_whom_it_is_about_read_it_on_the_case(office, reviewed, who):
    page = text_of(office.browser(who).get(f"/cases/{reviewed.ref}/"))
    assert SECRET in page
    assert "Relecture qualité faite." in page


@pytest.mark.parametrize("who", ["colleague", "support"])
def test_colleagues_see_neither_it_nor_that_there_is_one(office, reviewed, who):
    said = pages(office, reviewed, who)
    assert SECRET not in said
    assert "electure" not in said


def test_the_specialist_of_an_escalation_sees_nothing_of_it(office):
    case = office.case("escalated")
    data = ANSWERS | {"comment": SECRET}
    case = office.do(case, "quality_review", "manager", **data)
    page = text_of(office.browser("backoffice").get(f"/cases/{case.ref}/"))
    assert SECRET not in page
    assert "electure" not in page


def test_whoever_keeps_the_case_next_does_not_read_the_review_of_the_one_before(office, reviewed):
    case = office.do(reviewed, "assign", "manager", advisor=office.people["colleague"].pk, reason_code="load")
    page = text_of(office.browser("colleague").get(f"/cases/{case.ref}/"))
    assert SECRET not in page
    audit = office.browser("colleague").get(f"/cases/{case.ref}/audit/")
    assert audit.status_code == 200
    assert SECRET not in text_of(audit)
    assert "Étape réservée au manager et à la personne concernée." in text_of(audit)
    assert "Chaîne vérifiée" in text_of(audit)
    assert SECRET in text_of(office.browser("advisor").get(f"/cases/{case.ref}/"))


def test_the_manager_fills_in_the_form_and_the_advisor_answers_from_the_inbox(office):
    case = office.case("callback_due")
    manager, advisor = office.browser("manager"), office.browser("advisor")
    form = manager.get(f"/cases/{case.ref}/quality_review/")
    assert "Sur le travail de A. Essai" in text_of(form)
    short = manager.post(
        f"/cases/{case.ref}/quality_review/", posted(case, **ANSWERS | {"client_told": "no"})
    )
    assert short.status_code == 422
    data = ANSWERS | {
        "client_told": "no",
        "client_told_comment": SECRET,
        "comment": "Relu en entier ce matin.",
    }
    assert manager.post(f"/cases/{case.ref}/quality_review/", posted(case, **data)).status_code == 302
    item = Notification.objects.get(kind="case_reviewed")
    assert (item.recipient.username, SECRET in item.title + item.body) == ("advisor", False)
    page = advisor.get(item.url)
    assert "Répondre à la relecture" in text_of(page)
    case.refresh_from_db(fields=["version"])
    sent = advisor.post(
        f"/cases/{case.ref}/reply_review/", posted(case, reply="Je l’avais dit au client par téléphone.")
    )
    assert sent.status_code == 302
    after = text_of(advisor.get(item.url))
    assert "Je l’avais dit au client par téléphone." in after
    assert "Répondre à la relecture" not in after
    assert "Je l’avais dit au client par téléphone." in text_of(manager.get(f"/cases/{case.ref}/"))


def test_a_correction_starts_from_what_stands_and_shows_both(office, reviewed):
    manager = office.browser("manager")
    form = text_of(manager.get(f"/cases/{reviewed.ref}/quality_review/"))
    assert "Corriger la relecture qualité" in form
    assert SECRET in form
    data = ANSWERS | {"comment": "Après écoute, le rappel avait été redit."}
    office.do(reviewed, "quality_review", "manager", at=NOW, **data)
    page = text_of(manager.get(f"/cases/{reviewed.ref}/"))
    assert "remplacée le 10/11/2026" in page
    assert SECRET in page
    assert "Après écoute, le rappel avait été redit." in page
