"""HR's pages of a campaign, as HR leads one: what blocks, what is asked twice, what payroll receives (HR 5, 7, 8, 10)."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.urls import reverse

from atdemain.jobs import files, queue
from atdemain.jobs.models import Job
from atdemain.journal.models import AccessLog
from recognition.enums import CampaignState, MovementKind
from recognition.models import Appeal, Award, AwardRevision, Campaign, EnvelopeMovement
from tests.recognition.campaign_cast import ANSWER, DAY, JULY, WHY, fresh
from tests.recognition.lived import NINETY_DAYS
from tests.recognition.test_appeals import decided, filed

pytestmark = pytest.mark.django_db


def page(campaign) -> str:
    return reverse("recognition:campaign", args=[campaign.pk])


def post(browser, campaign, step: str, **data):
    present = fresh(campaign)
    data = {"version": present.version, "run": present.run} | data
    return browser.post(reverse("recognition:campaign_step", args=[campaign.pk, step]), data)


def test_hr_leads_a_campaign_from_its_opening_to_its_publication(season):
    season.joins("advisor")
    first, second = season.office.browser("hr"), season.office.browser("hr2")
    assert "Aucune campagne" in first.get("/recognition/campaigns/").content.decode()
    data = {"scheme": season.scheme.pk, "name": "Semestre 1", "reference_date": "2026-06-30", "unit": ""}
    assert first.post("/recognition/campaigns/new/", data).status_code == 302
    campaign = Campaign.objects.get()
    assert "Rien n’est encore calculé" in first.get(page(campaign)).content.decode()
    assert post(first, campaign, "collect").status_code == 302
    assert fresh(campaign).state == CampaignState.COMPUTED
    assert post(first, campaign, "validate").status_code == 302
    again = post(first, campaign, "validate")
    assert again.status_code == 422
    assert "Vous avez déjà validé ce calcul" in again.content.decode()
    assert post(second, campaign, "validate").status_code == 302
    assert post(second, campaign, "publish").status_code == 302
    text = first.get(page(campaign)).content.decode()
    assert "Recours possible jusqu’au 19/08/2026" in text


def test_page_of_a_campaign_one_cent_over_says_one_cent(season):
    season.joins("advisor")
    season.gives(total=399_99)
    campaign = season.computed()
    response = season.office.browser("hr").get(page(campaign))
    text = response.content.decode()
    assert "la somme dépasse le plafond de 0,01\u202f€" in text
    assert "dépassement de 0,01\u202f€" in text
    assert 'aria-disabled="true"' in text
    refused = post(season.office.browser("hr"), campaign, "validate")
    assert refused.status_code == 422


def test_stale_page_is_answered_409_with_what_the_campaign_is_now(season):
    season.joins("advisor")
    campaign = season.computed()
    response = post(season.office.browser("hr"), campaign, "validate", version=campaign.version - 1)
    assert response.status_code == 409
    assert "Cette campagne a changé entre-temps" in response.content.decode()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"scheme": ""}, "Ce champ est nécessaire"),
        ({"reference_date": "29/02/2026"}, "Ce jour n’existe pas"),
        ({"reference_date": "2025-12-31"}, "avant le début de la période"),
        ({"name": ""}, "Ce champ est nécessaire"),
    ],
)
def test_wrong_opening_keeps_what_was_typed_and_says_where(season, fields, message):
    season.joins("advisor")
    data = {
        "scheme": season.scheme.pk,
        "name": "Semestre 1",
        "reference_date": "2026-06-30",
        "unit": "",
    } | fields
    response = season.office.browser("hr").post("/recognition/campaigns/new/", data)
    assert response.status_code == 422
    text = response.content.decode()
    assert message in text
    assert not Campaign.objects.exists()
    if "name" not in fields:
        assert "Semestre 1" in text
    assert f'value="{data["reference_date"]}"' in text


def test_campaign_on_an_empty_period_is_refused_at_the_version(season):
    data = {"scheme": season.scheme.pk, "name": "Semestre 1", "reference_date": "2026-06-30", "unit": ""}
    response = season.office.browser("hr").post("/recognition/campaigns/new/", data)
    assert response.status_code == 422
    assert "Personne n’a participé pendant la période" in response.context["form"].errors["scheme"][0]


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("1,005", "deux décimales"),
        ("beaucoup", "ne se lit pas"),
        ("-9 600,01", "ne descend pas sous ce qui est engagé"),
        ("", "Donnez un montant"),
        ("NaN", "ne se lit pas"),
    ],
)
def test_wrong_top_up_is_refused_at_the_amount(season, amount, message):
    season.joins("advisor")
    season.validated()
    address = reverse("recognition:envelope", args=[season.scheme.pk])
    data = {
        "change": "top_up", "top_up-seen": season.envelope().version, "top_up-amount": amount, "top_up-reason": WHY
    }  # fmt: skip
    response = season.office.browser("hr").post(address, data)
    assert response.status_code == 422
    assert message in response.context["top_up"].errors["amount"][0]
    assert season.envelope().total_cents == 10_000_00


def test_top_up_to_the_cent_opens_the_validation_again(season):
    season.joins("advisor")
    season.gives(total=399_99)
    campaign = season.computed()
    browser = season.office.browser("hr")
    address = reverse("recognition:envelope", args=[season.scheme.pk])
    data = {"change": "top_up", "top_up-seen": 1, "top_up-amount": "0,01", "top_up-reason": WHY}
    assert browser.post(address, data).status_code == 302
    assert "Abondement" in browser.get(address).content.decode()
    assert post(browser, campaign, "validate").status_code == 302
    stale = browser.post(address, data)
    assert stale.status_code == 409


def test_list_of_awards_filters_sorts_and_exports_the_same_rows(season):
    season.crowd(3)
    season.joins("support", "support", last=NINETY_DAYS)
    campaign = season.computed()
    browser = season.office.browser("hr")
    address = reverse("recognition:campaign_awards", args=[campaign.pk])
    text = browser.get(f"{address}?role=support&sort=-amount").content.decode()
    assert "198,90\u202f€" in text
    assert "400,00\u202f€" not in text
    lines = browser.get(f"{address.rstrip('/')}.csv?role=support").content.decode().splitlines()
    assert len(lines) == 2
    assert "198,90" in lines[1]
    assert "ne correspond à ce filtre" in browser.get(f"{address}?who=zzz").content.decode()
    assert AccessLog.objects.filter(object_type="campaign_awards").exists()


def test_award_page_gives_what_a_reader_needs_to_recompute_it(season):
    season.joins("advisor", last=NINETY_DAYS)
    campaign = season.computed()
    award = Award.objects.get()
    address = reverse("recognition:campaign_award", args=[campaign.pk, award.pk])
    response = season.office.browser("hr").get(address)
    text = response.content.decode()
    assert "400,00\u202f€ × 90 / 181 = 198,90\u202f€" in text
    assert "Niveau 2" in text
    told = [proof.words for one in response.context["evidence"] for proof in one["proofs"]]
    assert any(words.startswith("participation du 01/01") for words in told)
    assert told[0][1:] in text


def test_award_page_of_two_roles_says_whose_level_each_is(season):
    season.joins("advisor", last=NINETY_DAYS)
    season.joins("advisor", "support", first=NINETY_DAYS + DAY)
    campaign = season.computed()
    address = reverse("recognition:campaign_award", args=[campaign.pk, Award.objects.get().pk])
    text = season.office.browser("hr").get(address).content.decode()
    assert "<b>Niveau 1, conseiller client</b>" in text
    assert "<b>Niveau 1, soutien</b>" in text


def test_managers_see_no_amount_no_appeal_and_validate_nothing(season):
    """Manager 10."""
    season.joins("advisor")
    campaign = season.published()
    award = Award.objects.get()
    filed(season)
    browser = season.office.browser("manager")
    for address in (
        page(campaign), f"{page(campaign)}awards/", f"{page(campaign)}awards/{award.pk}/", f"{page(campaign)}blocking/",
        "/recognition/campaigns/", "/recognition/appeals/", f"/recognition/appeals/{Appeal.objects.get().pk}/decide/",
        f"/recognition/envelopes/{season.scheme.pk}/",
    ):  # fmt: skip
        assert browser.get(address).status_code == 403, address
    assert post(browser, campaign, "validate").status_code == 403
    assert browser.get(f"/recognition/awards/{award.pk}/appeal/").status_code == 404
    assert browser.get(f"/recognition/appeals/{Appeal.objects.get().pk}/").status_code == 404
    menu = browser.get("/").content.decode()
    assert "Campagnes" not in menu
    assert "Recours" not in menu


# -- payroll ---------------------------------------------------------------------------------------------


def sheet_of(job: Job) -> list[tuple]:
    path = files.path_of(Job.objects.get(pk=job.pk))
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    return list(book["Paie"].values)


def test_payroll_receives_numbers_and_amounts_that_add_up_to_the_pages(season):
    season.joins("advisor")
    season.joins("support", "support", last=NINETY_DAYS)
    season.joins("trainer", "trainer", last=season.scheme.period_start)  # nothing to pay
    campaign = season.published()
    season.mentors("advisor")
    decided(season, filed(season))
    campaign = season.step(campaign, "close", now=JULY + 31 * DAY)
    browser = season.office.browser("hr")
    response = browser.post(reverse("recognition:campaign_payroll", args=[campaign.pk]))
    job = Job.objects.get(kind="campaign_payroll")
    assert response["Location"] == f"/jobs/{job.pk}/"
    people = season.office.people
    assert sheet_of(job) == [
        ("Matricule", "Montant brut (€)"),
        (people["advisor"].employee_number, 800),
        (people["support"].employee_number, 198.9),
        ("Total", 998.9),
    ]
    done = fresh(campaign)
    assert (done.state, done.given_cents) == (CampaignState.EXPORTED, 998_90)
    assert season.envelope().paid_cents == 998_90
    assert "998,90\u202f€" in browser.get(page(campaign)).content.decode()


def test_payroll_s_file_made_again_pays_nothing_twice(season):
    season.joins("advisor")
    campaign = season.closed()
    browser = season.office.browser("hr")
    for _ in range(2):
        browser.post(reverse("recognition:campaign_payroll", args=[campaign.pk]))
    queue.run_waiting()
    assert season.envelope().paid_cents == 400_00
    assert EnvelopeMovement.objects.filter(kind=MovementKind.PAY).count() == 1


def test_payroll_receives_nothing_before_the_campaign_is_closed(season):
    season.joins("advisor")
    campaign = season.published()
    response = season.office.browser("hr").post(reverse("recognition:campaign_payroll", args=[campaign.pk]))
    assert response.status_code == 422
    assert not Job.objects.filter(kind="campaign_payroll").exists()


# -- appeals ---------------------------------------------------------------------------------------------


def test_employee_files_an_appeal_hr_answers_and_both_read_the_revision(season):
    """HR 10, through the pages."""
    season.joins("advisor")
    season.published()
    award = Award.objects.get()
    mine, hr = season.office.browser("advisor"), season.office.browser("hr")
    address = f"/recognition/awards/{award.pk}/appeal/"
    assert "il reste 30\u00a0jours" in mine.get(address).content.decode()
    short = mine.post(address, {"ground": "other", "text": "Trop peu."})
    assert short.status_code == 422
    assert "20 caractères" in short.context["form"].errors["text"][0]
    assert mine.post(address, {"ground": "missing_session", "text": WHY}).status_code == 302
    appeal = Appeal.objects.get()
    assert "encore 15 j ouvrés" in hr.get("/recognition/appeals/").content.decode()
    decide = f"/recognition/appeals/{appeal.pk}/decide/"
    assert WHY in hr.get(decide).content.decode()
    nothing = hr.post(decide, {"version": 1, "answer": "accept", "text": ANSWER})
    assert nothing.status_code == 422
    assert "Dites quelles preuves sont revues" in nothing.context["form"].errors["mode"][0]
    data = {
        "version": 1, "answer": "accept", "text": ANSWER, "mode": "corrected", "fact": "advisor:mentoring_minutes",
        "value": 840, "reason": "Feuille retrouvée.",
    }  # fmt: skip
    assert hr.post(decide, data | {"value": -5}).status_code == 422
    assert hr.post(decide, data).status_code == 302
    assert hr.post(decide, data).status_code == 409
    assert AwardRevision.objects.get().after_cents == 800_00
    read = mine.get(f"/recognition/appeals/{appeal.pk}/").content.decode()
    assert "400,00\u202f€ → 800,00\u202f€" in read
    assert ANSWER in read
    award_page = mine.get("/account/recognition/").content.decode()
    assert "Niveau 2 retenu après recours" in award_page
    assert award_page.count(f'href="{address}"') == 1


def test_accepted_appeal_beyond_the_envelope_says_what_is_missing(season):
    season.joins("advisor")
    season.published()
    season.gives(total=400_00)
    filed(season)
    season.mentors("advisor")
    appeal = Appeal.objects.get()
    data = {"version": 1, "answer": "accept", "text": ANSWER, "mode": "fresh"}
    response = season.office.browser("hr").post(f"/recognition/appeals/{appeal.pk}/decide/", data)
    assert response.status_code == 422
    assert "il manque 400,00\u202f€" in response.content.decode()


def test_employee_withdraws_and_may_begin_again(season):
    season.joins("advisor")
    season.published()
    filed(season)
    appeal = Appeal.objects.get()
    mine = season.office.browser("advisor")
    response = mine.post(f"/recognition/appeals/{appeal.pk}/withdraw/", {"version": 1}, follow=True)
    assert "Déposer un autre recours" in response.content.decode()


def test_committee_is_recorded_from_the_page_of_the_appeal(season):
    season.joins("advisor")
    season.published()
    appeal = decided(season, filed(season, observer_agreed=True), accept=False)
    hr = season.office.browser("hr")
    assert "commission paritaire" in hr.get(f"/recognition/appeals/{appeal.pk}/decide/").content.decode()
    data = {
        "version": 2, "on": "2026-07-21", "outcome": "confirmed", "second_text": ANSWER,
        "observer": season.office.people["staffrep"].pk,
    }  # fmt: skip
    address = f"/recognition/appeals/{appeal.pk}/second-level/"
    early = hr.post(address, data | {"on": "2026-08-30"})
    assert early.status_code == 422
    with_time = hr.post(address, data | {"on": "2026-07-20"})
    assert with_time.status_code in (302, 422)
