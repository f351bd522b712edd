"""Given by a manager, taken by an advisor (domain.md §5.5, §5.6): weighed, justified, kept, told."""

from __future__ import annotations

import pytest
from django.urls import reverse

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from cases import workflow
from cases.models import Case
from routing.models import Assignment
from tests.office import NOW, Office, posted, text_of

from .cast import rd3, ready

pytestmark = pytest.mark.django_db

WHY = "Elle connaît déjà cette ligne."


@pytest.fixture
def full(office: Office) -> Office:
    """The advisor keeps eight orange cases: 96 points of 100."""
    for name in ("advisor", "colleague"):
        ready(office.people[name])
    for _ in range(8):
        office.case(owner="advisor")
    return office


def give(office: Office, case: Case, to: str, **more) -> Case:
    facts = {"reason_code": "skill", "reason_text": "", **more}
    return office.do(case, "assign", "manager", advisor=office.people[to].pk, **facts)


def test_a_claim_is_kept_as_the_advisors_own_choice_with_what_it_makes_of_the_load(office):
    advisor = ready(office.people["advisor"])
    case = office.case(owner=None)
    office.do(case, "claim", "advisor")
    kept = Assignment.objects.get(case=case)
    assert (kept.mode, kept.to_user_id, kept.from_user_id, kept.by_id) == (
        "self_claim",
        advisor.pk,
        None,
        advisor.pk,
    )
    assert (kept.over_cap, kept.rd3plus, kept.reason_code) == (False, False, "")
    assert kept.explanation["sentence"] == ("prise dans la file\u00a0: A. Essai (0/100 → 12/100 = 12\u202f%)")


def test_a_managers_choice_is_kept_with_its_reason_and_what_the_engine_would_have_done(full):
    case = full.case(owner="advisor")
    give(full, case, "colleague", reason_text=WHY)
    kept = Assignment.objects.filter(case=case).first()
    assert (kept.mode, kept.reason_code, kept.reason_text, kept.over_cap) == ("manual", "skill", WHY, False)
    assert kept.from_user_id == full.people["advisor"].pk
    assert kept.by_id == full.people["manager"].pk
    said = kept.explanation["sentence"]
    assert said.startswith("choisie par le manager\u00a0: C. Essai (0/100 → 12/100 = 12\u202f%)")
    assert "le moteur\u00a0: choisie\u00a0: C. Essai" in said


def test_above_the_cap_a_text_is_demanded_then_kept_and_told_to_the_advisor(full):
    case = full.case(owner=None)
    with pytest.raises(workflow.Refused) as refused:
        give(full, case, "advisor", reason_text="court")
    (reason,) = refused.value.reasons
    assert (reason.code, reason.field) == ("over_cap", "reason_text")
    assert "au-delà de son plafond" in reason.text
    assert Case.objects.get(pk=case.pk).owner_id is None
    assert not Assignment.objects.filter(case=case).exists()
    give(full, case, "advisor", reason_text=WHY)
    kept = Assignment.objects.get(case=case)
    assert kept.over_cap
    told = Notification.objects.get(recipient=full.people["advisor"], object_id=str(case.pk))
    assert "(compétence)" in told.title
    assert WHY in told.body


def test_the_form_shows_what_the_engine_proposes_and_a_word_for_each_in_alphabetical_order(full):
    case = full.case(owner=None)
    page = text_of(full.browser("manager").get(reverse("cases:act", args=[case.ref, "assign"])))
    assert "Ce que propose le moteur" in page
    assert "choisie : C. Essai (0/100 → 12/100 = 12 %)" in page
    advisor, colleague = "charge rouge, plafond dépassé : texte exigé", "charge verte"
    assert page.index(advisor) < page.index(f"· {colleague}")
    assert f'<option value="{full.people["colleague"].pk}" selected>' in page


def test_the_page_asks_for_the_text_in_the_same_form(full):
    case = full.case(owner=None)
    browser, address = full.browser("manager"), reverse("cases:act", args=[case.ref, "assign"])
    sent = posted(case, advisor=full.people["advisor"].pk, reason_code="load")
    refused = browser.post(address, sent)
    assert refused.status_code == 422
    assert "au-delà de son plafond : dites pourquoi" in text_of(refused)
    assert browser.post(address, {**sent, "reason_text": WHY}).status_code == 302


@pytest.mark.parametrize(("who", "reads"), [("advisor", True), ("manager", True), ("colleague", False)])
def test_the_dossier_says_why_this_advisor_to_who_keeps_it_and_to_the_manager(office, who, reads):
    ready(office.people["advisor"])
    case = rd3(office)
    office.do(case, "claim", "advisor")
    page = text_of(office.browser(who).get(reverse("cases:case", args=[case.ref])))
    assert ("Pourquoi ce conseiller ?" in page) is reads
    why = office.browser(who).get(reverse("routing:why", args=[case.ref]))
    assert why.status_code == (200 if reads else 404)
    assert ("prise dans la file : A. Essai" in text_of(why)) is reads
    part = office.browser(who, headers={"HX-Request": "true"}).get(reverse("routing:why", args=[case.ref]))
    assert ("<main" in part.content.decode()) is not reads


def test_a_partner_is_refused_as_owner_by_the_page_and_by_the_door(office):
    case = office.case(owner=None)
    partner = office.people["partner"]
    address = reverse("cases:act", args=[case.ref, "assign"])
    sent = posted(case, advisor=partner.pk, reason_code="load", reason_text=WHY)
    assert office.browser("manager").post(address, sent).status_code == 422
    with pytest.raises(workflow.Refused):
        give(office, case, "partner", reason_text=WHY)
    assert Case.objects.get(pk=case.pk).owner_id is None


def test_nothing_of_the_load_is_written_in_the_journal(full):
    case = full.case(owner=None)
    give(full, case, "advisor", reason_text=WHY)
    row = AuditEvent.objects.get(object_id=str(case.pk), object_type="case", action="assign")
    told = {
        name: value for name, value in row.changes.items() if not name.startswith("owner")
    }  # a key is any number
    assert "96" not in str(told)
    assert "108" not in str(told)
    assert row.at == NOW
