"""The programme: who leads it, phases that do not start without somebody, a register that everybody reads (L12, L13, L75)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from atdemain.journal.models import AuditEvent
from atdemain.organisation.models import Phase
from atdemain.organisation.unit_participation import decide
from tests.office import NOW, text_of
from tests.routing.cast import ready, takes_part

from .people import DAY, TODAY, programme

pytestmark = pytest.mark.django_db

PAGE = reverse("recognition:programme")
WHY = "Le pilote a tenu trois mois sans incident grave."


def new() -> str:
    return reverse("recognition:phase_new", args=[programme().code])


def typed(office, **changes: object) -> dict[str, object]:
    lead = office.people["manager"].pk
    return {"kind": "pilot", "lead": lead, "starts_on": "2026-11-10", "ends_on": "", "reason": WHY, **changes}


def test_phase_opened_by_the_administrator_is_in_the_register_that_everybody_reads(office):
    response = office.browser("admin").post(new(), typed(office))
    assert response.status_code == 302, text_of(response)
    assert Phase.objects.get().lead == office.people["manager"]
    event = AuditEvent.objects.get(object_type="phase")
    assert WHY not in str(event.changes)
    for who in ("advisor", "staffrep", "partner"):
        page = text_of(office.browser(who).get(PAGE))
        for shown in (
            "Phase pilote à partir du 10/11/2026",
            WHY,
            "Admin Essai",
            "10/11/2026",
            "Manager Essai",
        ):
            assert shown in page


def test_phase_without_a_lead_does_not_start_and_says_so_at_the_field(office):
    response = office.browser("admin").post(new(), typed(office, lead=""))
    assert response.status_code == 422
    assert "ne commence pas sans pilote" in " ".join(response.context["form"].errors["lead"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Phase.objects.create(programme=programme(), kind="pilot", starts_on=TODAY)


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"ends_on": "2026-11-09"}, "ends_on", "finit avant de commencer"),
        ({"starts_on": "2027-02-29"}, "starts_on", "Ce jour n’existe pas"),
        ({"starts_on": "2029-11-10"}, "starts_on", "plus d’un an"),
        ({"reason": "Parce que."}, "reason", "20 caractères"),
        ({"kind": "autre"}, "kind", "Choisissez la phase"),
    ],
)
def test_phase_with_a_bad_value_says_so_at_its_field(office, changes, field, message):
    response = office.browser("admin").post(new(), typed(office, **changes))
    assert response.status_code == 422
    assert message in " ".join(response.context["form"].errors[field])
    assert not Phase.objects.exists()


def test_phase_over_another_is_refused_until_the_first_has_an_end(office):
    browser = office.browser("admin")
    browser.post(new(), typed(office))
    response = browser.post(new(), typed(office, kind="rollout", starts_on="2026-12-01"))
    assert response.status_code == 422
    assert "en chevauche une autre (depuis le 10/11/2026, sans fin)" in text_of(response)
    first = Phase.objects.get()
    address = reverse("recognition:phase", args=[programme().code, first.pk])
    lead = office.people["manager"].pk
    assert browser.post(address, {"lead": lead, "ends_on": "2026-11-30", "reason": WHY}).status_code == 302
    assert browser.post(new(), typed(office, kind="rollout", starts_on="2026-12-01")).status_code == 302
    response = browser.post(address, {"lead": lead, "ends_on": "2026-12-05", "reason": WHY})
    assert response.status_code == 422
    with pytest.raises(IntegrityError), transaction.atomic():
        Phase.objects.filter(pk=first.pk).update(ends_on=TODAY - DAY)


def test_lead_of_the_programme_is_named_with_a_reason(office):
    address = reverse("recognition:programme_lead", args=[programme().code])
    browser = office.browser("admin")
    assert browser.post(address, {"lead": office.people["hr"].pk, "reason": WHY}).status_code == 302
    assert programme().lead == office.people["hr"]
    response = browser.post(address, {"lead": office.people["hr"].pk, "reason": WHY})
    assert "pilote déjà" in text_of(response)
    assert "Pilote : Hr Essai" in text_of(browser.get(PAGE))


def test_decision_on_a_unit_is_in_the_same_register_with_its_public_reason(office):
    reason = "L’unité forme d’abord ses équipes."
    decide(
        programme(), office.units["lyon"], participates=False, reason=reason, since=TODAY, seen=0,
        actor=office.actor("admin"), now=NOW,
    )  # fmt: skip
    page = text_of(office.browser("staffrep").get(PAGE))
    assert "UAT Lyon ne participe pas à partir du 10/11/2026" in page
    assert reason in page


def test_four_things_stand_side_by_side_and_fewer_than_five_people_are_not_shown(office):
    takes_part(*office.units.values())
    ready(office.people["advisor"])
    page = text_of(office.browser("advisor").get(PAGE))
    for title in ("Prévention", "Moyens", "Formation", "Reconnaissance"):
        assert title in page
    assert "Moins de 5 participants" in page


@pytest.mark.parametrize("who", ["manager", "hr", "advisor", "staffrep"])
def test_only_the_administrator_decides(office, who):
    assert office.browser(who).post(new(), typed(office)).status_code == 403
    assert not Phase.objects.exists()
