"""The administrator's page: both records, what will happen, the merge, and its undoing."""

import pytest
from django.urls import reverse

from atdemain.journal.models import AccessLog, AuditEvent
from atdemain.organisation.models import Programme, UnitParticipation
from cases.models import Case, Client
from tests.office import HOUR, NOW

pytestmark = pytest.mark.django_db

PAGE = "/client-merges/"
WHY = "Même personne, vue au guichet."


@pytest.fixture
def pair(office):
    programme = Programme.objects.get()
    UnitParticipation.objects.create(programme=programme, unit=office.units["lyon"], participates=True)
    kept = office.client("Ana Diaz", phone="+33199000001")
    gone = office.client("A. Diaz", phone="+33199000002")
    for client, hours in ((kept, 48), (gone, 24), (kept, 2)):
        office.contact(client, NOW - hours * HOUR)
    return kept, gone


def post(browser, kept, gone, change=None):
    data = {"kept": kept.client_ref, "gone": gone.client_ref, "reason": WHY}
    return browser.post(PAGE, data | (change or {}))


def test_the_administrator_sees_both_records_and_what_the_merge_will_change(office, pair):
    kept, gone = pair
    response = office.browser("admin").get(PAGE, {"kept": kept.client_ref, "gone": "01 99 00 00 02"})
    page = response.content.decode()
    assert response.status_code == 200
    for words in (
        "Ana Diaz",
        "A. Diaz",
        "2 verdicts changent, dont 1 qui atteint le seuil",
        "Un dossier va s’ouvrir",
        "seuil atteint",
    ):
        assert words in page
    assert Client.objects.filter(merged_into__isnull=False).count() == 0
    assert set(AccessLog.objects.filter(purpose="merge").values_list("client_id", flat=True)) == {
        kept.pk,
        gone.pk,
    }


def test_the_administrator_confirms_and_is_told_what_happened(office, pair):
    kept, gone = pair
    browser = office.browser("admin")
    response = post(browser, kept, gone)
    assert response.status_code == 302
    page = browser.get(response["Location"]).content.decode()
    assert "1 contact déplacé, 2 verdicts changés, 1 dossier ouvert." in page
    assert f"Séparer {gone.client_ref}" in page
    assert Case.objects.get().client == kept
    assert post(browser, kept, gone).status_code == 422  # a second tab: nothing twice
    assert AuditEvent.objects.filter(object_type="client", action="merge", refused=False).count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reason": "court"}, "au moins 10 caractères"),
        ({"gone": "CLI-NUL"}, "Aucune fiche à cette référence"),
        ({"gone": "\x00"}, "caractère"),
        ({"kept": ""}, "obligatoire"),
    ],
)
def test_a_bad_request_says_which_field_and_merges_nothing(office, pair, change, said):
    response = post(office.browser("admin"), *pair, change)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Client.objects.filter(merged_into__isnull=False).exists()


def test_the_same_record_twice_is_refused(office, pair):
    response = post(office.browser("admin"), pair[0], pair[0])
    assert response.status_code == 422
    assert "Choisissez deux fiches différentes" in response.content.decode()


def test_the_administrator_takes_two_records_apart(office, pair):
    kept, gone = pair
    browser = office.browser("admin")
    post(browser, kept, gone)
    address = reverse("cases:client_split", args=[gone.client_ref])
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"reason": ""}).status_code == 422
    response = browser.post(address, {"reason": "Deux homonymes, en fait."})
    assert response.status_code == 302
    assert "1 contact rendu" in browser.get(response["Location"]).content.decode()
    assert Client.objects.get(pk=gone.pk).merged_into is None
    assert browser.get(address).status_code == 404
    assert browser.post(address, {"reason": WHY}).status_code == 404


@pytest.mark.parametrize("who", ["advisor", "support", "manager", "hr", "staffrep", "backoffice", "partner"])
def test_the_other_roles_have_neither_page(office, pair, who):
    browser = office.browser(who)
    assert browser.get(PAGE).status_code == 403
    assert post(browser, *pair).status_code == 403
    assert browser.get(reverse("cases:client_split", args=[pair[1].client_ref])).status_code == 403
    assert not Client.objects.filter(merged_into__isnull=False).exists()


def test_the_old_reference_leads_the_advisor_to_the_kept_record(office, pair):
    kept, gone = pair
    post(office.browser("admin"), kept, gone)
    response = office.browser("advisor").get(f"/clients/{gone.client_ref}/")
    assert response.status_code == 302
    assert response["Location"] == f"/clients/{kept.client_ref}/"
