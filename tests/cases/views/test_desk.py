"""The specialist's desk: its order, its figures, the escalation beside it, and what comes back to the owner."""

from __future__ import annotations

import json
import re

import pytest

from atdemain.journal.models import AccessLog
from atdemain.notifications.models import Notification
from atdemain.organisation.models import User
from cases.models import CallLeg, Case, Contact, Escalation
from tests.office import HOUR, NOW, THURSDAY, TOLD, Office, posted, text_of

pytestmark = pytest.mark.django_db

POLL = {"X-AT-Poll": "1", "HX-Request": "true"}


def order(page) -> list[str]:
    return re.findall(r'id="esc-(\d+)"', page.content.decode())


def escalated(office: Office, colour: str = "orange", at=NOW - HOUR, entity: str = "copper") -> Escalation:
    case = office.case(at=at)
    office.do(
        case,
        "escalate",
        "advisor",
        at=at,
        target_entity=office.entities[entity],
        summary="Paires inversées au répartiteur, à reprendre.",
        colour=colour,
        mode="case",
        reason="network_diagnosis",
        window_start=THURSDAY,
        window_end=THURSDAY + HOUR,
    )
    return case.escalations.get()


def desk(office: Office, query: str = "", who: str = "backoffice", **headers: str):
    return office.browser(who).get(f"/escalations/{query}", headers=headers)


def send(office: Office, escalation: Escalation, action: str, who: str = "backoffice", **data):
    """As the desk's own forms do."""
    case = Case.objects.get(pk=escalation.case_id)
    address = f"/cases/{case.ref}/{action}/?escalation={escalation.pk}&desk=1"
    return office.browser(who).post(address, posted(case, escalation=escalation.pk, **data))


def test_desk_is_red_first_then_the_nearest_deadline(office):
    green, late_orange = escalated(office, "green"), escalated(office, "orange", at=NOW - 6 * HOUR)
    orange, red = escalated(office, "orange"), escalated(office, "red")
    page = desk(office)
    assert order(page) == [str(e.pk) for e in (red, late_orange, orange, green)]
    assert "Rouge" in text_of(page)
    assert 'id="detail"' in page.content.decode()
    assert "Paires inversées au répartiteur" in text_of(page)
    assert "10:00–11:00" in text_of(page)


def test_figures_at_the_top_filter_the_list(office):
    first, second = escalated(office), escalated(office)
    send(office, first, "acknowledge_escalation")
    send(office, second, "request_info", text="Quel est le numéro de la prise ?")
    assert order(desk(office, "?only=ack")) == [str(second.pk)]
    assert order(desk(office, "?only=info")) == [str(second.pk)]
    assert order(desk(office, "?only=late")) == []
    assert "Aucune escalade dans ce filtre." in text_of(desk(office, "?only=late"))
    page = text_of(desk(office))
    assert "<b>2</b> ouvertes" in page
    assert "<b>1</b> en attente du conseiller" in page
    assert "précision attendue depuis 15:30" in page


def test_desk_reads_as_empty_and_says_what_will_come(office):
    assert "Aucune escalade ouverte." in text_of(desk(office))
    User.objects.filter(username="backoffice").update(entity=None)
    assert "rattaché à aucune entité" in text_of(desk(office))


def test_poll_answers_nothing_when_nothing_changed_and_the_board_when_it_did(office):
    escalation = escalated(office)
    signature = re.search(r'data-signature="(\w+)"', desk(office).content.decode())[1]
    reads = AccessLog.objects.count()
    assert desk(office, **POLL, **{"X-AT-Signature": signature}).status_code == 204
    assert AccessLog.objects.count() == reads
    send(office, escalation, "acknowledge_escalation")
    changed = desk(office, **POLL, **{"X-AT-Signature": signature})
    assert changed.status_code == 200
    assert "<html" not in changed.content.decode()
    assert "à moi" in text_of(changed)


def test_act_from_the_desk_comes_back_to_the_desk_on_the_same_escalation(office):
    escalation = escalated(office)
    done = send(office, escalation, "acknowledge_escalation")
    assert done["Location"] == f"/escalations/?e={escalation.pk}"
    answered = send(office, escalation, "answer_escalation", answer_code="fixed", answer_text=TOLD)
    assert answered["Location"] == "/escalations/"
    page = text_of(desk(office, f"?e={escalation.pk}"))
    assert "Réponse déjà donnée 15:30." in page


def test_withdrawn_escalation_leaves_the_list_with_a_note(office):
    escalation = escalated(office)
    case = Case.objects.get(pk=escalation.case_id)
    reason = "Le service est revenu tout seul."
    office.do(case, "withdraw_escalation", "advisor", escalation=escalation.pk, reason=reason)
    page = desk(office, f"?e={escalation.pk}")
    assert order(page) == []
    assert text_of(page).count(reason) == 2
    assert "1 retirée depuis hier" in text_of(page)


def test_another_entitys_escalation_is_not_shown_whatever_the_address(office):
    other = escalated(office, entity="field")
    page = desk(office, f"?e={other.pk}")
    assert other.case.ref not in text_of(page)


def test_stale_desk_says_who_moved_the_case_and_keeps_what_was_typed(office):
    escalation = escalated(office)
    old = Case.objects.get(pk=escalation.case_id)
    office.do(old, "add_note", "advisor", text="Le client préfère le matin.")
    address = f"/cases/{old.ref}/answer_escalation/?escalation={escalation.pk}&desk=1"
    answer = posted(old, escalation=escalation.pk, answer_code="fixed", answer_text=TOLD)
    stale = office.browser("backoffice").post(address, answer)
    assert stale.status_code == 409
    assert "Le dossier a changé entre-temps." in text_of(stale)
    assert TOLD in text_of(stale)
    assert Escalation.objects.get().status == "sent"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"answer_code": "appointment"}, "Donnez la date du rendez-vous"),
        (
            {"answer_code": "appointment", "appointment_at": "2026-11-09T10:00"},
            "Donnez la date du rendez-vous",
        ),
        ({"answer_code": "appointment", "appointment_at": "2027-11-11T10:00"}, "dans plus d’un an"),
        ({"answer_code": "appointment", "appointment_at": "9999-12-31T23:59"}, "Donnez une année entre"),
        ({"answer_code": "appointment", "appointment_at": "2027-03-28T02:30"}, "Cette heure n’existe pas"),
        ({"answer_code": "duplicate"}, "Dites de quoi c’est le doublon"),
        ({"answer_code": "rejected", "answer_text": "non"}, "Écrivez au moins 10 caractères"),
        ({}, "Choisissez une réponse."),
    ],
)
def test_answer_without_what_its_code_asks_is_refused_at_its_field(office, data, says):
    answer = send(office, escalated(office), "answer_escalation", **({"answer_text": TOLD} | data))
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert Escalation.objects.get().status == "sent"


def test_answer_needing_the_client_moves_the_owners_callback_earlier_within_the_window(office):
    escalation = escalated(office)
    send(office, escalation, "answer_escalation", answer_code="needs_client", answer_text=TOLD)
    promise = Case.objects.get(pk=escalation.case_id).current_promise
    assert NOW < promise.call_by < promise.window_end
    assert (promise.window_start, promise.window_end) == (THURSDAY, THURSDAY + HOUR)
    day = text_of(office.browser("advisor").get("/"))
    assert "BO-Cuivre répond : besoin du client" in day
    assert "Client à rappeler avant le 10/11 à 19:30." in day


def test_every_page_hears_of_the_answer_by_asking_how_many_are_unread(office):
    """L19: the badge of the owner, wherever she is, within the eight seconds of the page's own question."""
    escalation = escalated(office)
    owner = office.browser("advisor")
    before = json.loads(owner.get("/inbox/unread/", headers=POLL).content)
    assert owner.get("/inbox/unread/", headers=POLL | {"X-AT-Unread": before["seen"]}).status_code == 204
    send(office, escalation, "answer_escalation", answer_code="fixed", answer_text=TOLD)
    after = json.loads(owner.get("/inbox/unread/", headers=POLL | {"X-AT-Unread": before["seen"]}).content)
    assert after["unread"] == before["unread"] + 1
    assert after["title"].replace("\u00a0", " ") == "BO-Cuivre répond : réparé"


# -- the owner's side ----------------------------------------------------------------------------------


def test_owner_reads_the_question_and_answers_it_from_the_case(office):
    escalation = escalated(office)
    question = "Quel est le numéro de la prise ?"
    send(office, escalation, "request_info", text=question)
    page = office.browser("advisor").get(f"/cases/{escalation.case.ref}/")
    assert "BO-Cuivre attend une précision" in text_of(page)
    form = office.browser("advisor").get(
        f"/cases/{escalation.case.ref}/give_info/?escalation={escalation.pk}"
    )
    assert question in text_of(form)
    assert send(office, escalation, "give_info", "advisor", text="La prise numéro 3.").status_code == 302
    assert "précision reçue" in text_of(desk(office))
    assert "La prise numéro 3." in text_of(desk(office, f"?e={escalation.pk}"))


def test_owner_asks_where_it_is_in_one_gesture(office):
    escalation = escalated(office)
    send(office, escalation, "request_status", "advisor")
    item = Notification.objects.get(recipient=office.people["backoffice"], kind="status_requested")
    assert item.url == f"/escalations/?e={escalation.pk}"
    assert "point demandé 15:30" in text_of(desk(office))
    again = send(office, escalation, "request_status", "advisor")
    assert again.status_code == 302
    assert Escalation.objects.get().notes.count() == 1


# -- the live call -------------------------------------------------------------------------------------


def test_live_call_is_handed_over_in_two_gestures_and_is_first_on_the_desk(office):
    red, case = escalated(office, "red"), office.case()
    browser = office.browser("advisor")
    assert "Transférer l’appel" in text_of(browser.get(f"/cases/{case.ref}/"))
    form = browser.get(f"/cases/{case.ref}/warm_transfer/").content.decode()
    entity = office.entities["copper"]
    assert re.search(rf'<button[^>]*name="target_entity" value="{entity.pk}">BO-Cuivre</button>', form)
    typed = dict(re.findall(r'<input type="radio" name="(slot)" value="([^"]+)"[^>]* checked', form))
    summary = re.search(r'<textarea name="summary"[^>]*>\s*([^<]+)</textarea>', form)[1]
    contacts = Contact.objects.count()
    sent = posted(case, target_entity=entity.pk, summary=summary, reason="expertise", colour="green", **typed)
    assert browser.post(f"/cases/{case.ref}/warm_transfer/", sent).status_code == 302

    assert (CallLeg.objects.count(), Contact.objects.count()) == (1, contacts)
    page = text_of(desk(office))
    assert "Un client vous est passé en ligne." in page
    assert "appel en ligne" in page
    live = CallLeg.objects.get().escalation
    assert order(desk(office)) == [str(red.pk), str(live.pk)]
    send(office, live, "acknowledge_escalation")
    assert "Un client vous est passé en ligne." not in text_of(desk(office))
    assert "repris par B. Essai 15:30" in text_of(browser.get(f"/cases/{case.ref}/"))
