"""« Ma reconnaissance » and the check of the eligibility, as people read them (domain.md §6.5, L58, L60, L64)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from atdemain.journal.models import AccessLog
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from atdemain.organisation.roles import set_roles
from recognition.models import Award
from recognition.scheme import seeds
from tests.recognition.campaign_cast import JULY, Season, inclusive
from tests.recognition.lived import (
    LAST,
    NINETY_DAYS,
    left,
    neutralised,
    participation,
    session,
    suggestion,
    trained,
)
from tests.recognition.test_appeals import decided, filed

MINE, CHECK = reverse("recognition:my_recognition"), reverse("recognition:my_eligibility")
SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})
pytestmark = pytest.mark.django_db


def words(response) -> str:
    """The text of a page, with ordinary spaces."""
    assert response.status_code == 200
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)).translate(SPACES))


@pytest.fixture
def lyon(office) -> Iterator[Season]:
    """The inclusive version, and an advisor who lived domain.md §6.5's example."""
    with time_machine.travel(JULY, tick=False):
        yield _lived(Season.of(office, **inclusive()))


def _lived(season: Season) -> Season:
    office = season.office
    advisor, hr = office.people["advisor"], office.people["hr"]
    left(participation(advisor, last=NINETY_DAYS), hr, "mobility")
    trained(advisor)
    for rank in range(2):
        suggestion(office, advisor, day=date(2026, 2, 2 + rank))
    for rank, minutes in enumerate((240, 240, 90)):
        mate = office.people["colleague" if rank else "support"]
        session(advisor, mate, day=date(2026, 2, 9 + rank), minutes=minutes)
    session(advisor, office.people["colleague"], day=date(2026, 3, 9), signed={}, state="expired")
    return season


def page_of(season: Season, username: str, address: str = MINE) -> str:
    return words(season.office.browser(username).get(address))


# -- before any campaign ------------------------------------------------------------------------------


def test_participant_before_any_campaign_reads_where_they_stand(lyon):
    text = page_of(lyon, "advisor")

    assert "Aucune attribution publiée" in text
    assert "Niveau 1 rempli" in text
    assert "Niveau 2 : 2 conditions sur 3" in text
    assert "il manque 4 h 30 d’accompagnement co-signées" in text
    assert "il manque la signature" in text or "sans la signature" in text


def test_who_never_took_part_reads_an_empty_state(lyon):
    text = page_of(lyon, "trainer")

    assert "Aucun jour de participation sur la période" in text


def test_page_before_any_version_says_so(office):
    text = words(office.browser("advisor").get(MINE))

    assert "Aucune version du dispositif n’est publiée" in text


def test_check_on_a_day_reads_what_was_known_that_day(lyon):
    text = page_of(lyon, "advisor", f"{CHECK}?on=2026-02-10")

    assert "Au 10/02/2026" in text
    assert "41 jours" in text
    assert "Pas encore" in text
    assert "Non rempli" not in text


@pytest.mark.parametrize(
    ("on", "told"),
    [
        ("2027-02-29", "Ce jour n’existe pas"),
        ("demain", "Ce jour n’existe pas"),
        ("", "Donnez une date."),
        ("2026-07-21", "Choisissez aujourd’hui ou une date passée"),
    ],
)
def test_check_on_a_wrong_day_is_refused_at_the_field(lyon, on, told):
    text = page_of(lyon, "advisor", f"{CHECK}?on={on}")

    assert told in text
    assert "Niveau 1" not in text


def test_day_that_does_not_exist_stays_as_it_was_typed(lyon):
    page = lyon.office.browser("advisor").get(f"{CHECK}?on=30/02/2026").content.decode()

    assert 'value="30/02/2026"' in page
    assert 'type="date"' not in page


def test_account_without_a_name_is_found_by_its_log_in(lyon):
    User.objects.filter(username="advisor").update(first_name="", last_name="")

    assert (
        ">advisor</a>" in lyon.office.browser("hr").get(reverse("recognition:eligibility")).content.decode()
    )


def test_check_on_the_leap_day_answers(office):
    with time_machine.travel(datetime(2028, 3, 1, 9, tzinfo=UTC), tick=False):
        assert "Aucune version" in words(office.browser("advisor").get(f"{CHECK}?on=29/02/2028"))


def test_check_before_the_period_names_the_version_to_come(lyon):
    text = page_of(lyon, "advisor", f"{CHECK}?on=2025-12-31")

    assert "Aucune version du dispositif n’était publiée à cette date" in text
    assert "La version 20 commence le 01/01/2026" in text


# -- after a campaign ---------------------------------------------------------------------------------


def test_published_award_shows_its_multiplication_conditions_and_explanation(lyon):
    lyon.published()

    text = page_of(lyon, "advisor")

    assert "Niveau 1 retenu 198,90 € bruts, publiés le 20/07/2026" in text
    assert "400,00 € niveau 1, conseiller client × 90 jours 01/01 au 31/03 ÷ 181 jours 01/01 au 30/06" in text
    assert "Niveau 1 : 3 conditions sur 3" in text
    assert "Non retenu : il manque 4 h 30 d’accompagnement co-signées" in text
    assert "sortie pour juste motif" in text
    assert "Contester jusqu’au 19/08" in text
    assert "Il reste 30 jours." in text
    assert (
        "Niveau 1 retenu. Participation du 01/01 au 31/03/2026 : 90 jours sur 181. Formation validée le 12/01. "
        "2 propositions d’amélioration (1 requise). Niveau 2 non retenu : 9 h 30 d’accompagnement co-signées, "
        "14 h requises. Montant : 400,00 € × 90 / 181 = 198,90 € bruts. Recours possible jusqu’au 19/08/2026."
    ) in text
    assert "Votre manager ne voit ni le montant ni la contestation" in text


def test_award_revised_on_appeal_is_read_with_its_new_level_and_its_new_calculation(season):
    season.joins("advisor")
    season.published()
    appeal = filed(season)
    season.mentors("advisor")
    decided(season, appeal)

    text = page_of(season, "advisor")

    assert "Niveau 2 retenu après recours 800,00 € bruts" in text
    assert "dont 400,00 € après recours" in text
    assert "800,00 € niveau 2, conseiller client × 181 jours" in text
    assert "À la publication, avant le recours : Niveau 1 retenu" in text
    assert text.count("Contester") == 1


def test_award_not_published_yet_is_not_shown(lyon):
    lyon.validated()

    assert "Aucune attribution publiée" in page_of(lyon, "advisor")


def test_award_of_somebody_else_is_that_of_nobody(lyon):
    lyon.joins("colleague")
    lyon.published()
    theirs = lyon.award("colleague")

    browser = lyon.office.browser("advisor")
    assert browser.get(f"{MINE}?award={theirs.pk}").status_code == 404
    assert browser.get(f"{MINE}?award=999999999").status_code == 404
    assert browser.get(f"{MINE}?award=lui").status_code == 404
    assert browser.get(f"{MINE}?award={lyon.award('advisor').pk}").status_code == 200


def test_award_reads_its_frozen_evidence_not_what_happened_since(lyon):
    lyon.published()
    session(
        lyon.office.people["advisor"], lyon.office.people["colleague"], day=date(2026, 3, 16), minutes=480
    )

    assert "il manque 4 h 30 d’accompagnement co-signées" in page_of(lyon, "advisor")
    assert "il manque 4 h 30" not in page_of(lyon, "advisor", CHECK)


def test_award_without_its_evidence_keeps_its_amount(lyon):
    """Five years later (`recognition.campaigns.retention`)."""
    lyon.published()
    Award.objects.update(result={}, person={}, explanation="")

    text = page_of(lyon, "advisor")

    assert "198,90 €" in text
    assert "Les preuves ne sont plus gardées" in text


def test_support_reads_own_participation_and_award(lyon):
    """Support's story 10."""
    lyon.joins("support", seeds.SUPPORT)
    lyon.published()

    text = page_of(lyon, "support")

    assert "Aucun niveau retenu" in text
    assert "Soutien du 01/01 au 30/06/2026 : 181 jours" in text
    assert "Réponses d’entraide, ou entraide" in text
    assert "il manque 20 réponses d’entraide, ou 10 h d’entraide" in text


def test_account_that_changed_role_since_keeps_its_page(lyon):
    lyon.published()
    set_roles(lyon.office.people["advisor"], [Role.STAFF_REP])

    assert "198,90 €" in page_of(lyon, "advisor")


def test_representatives_are_those_of_the_unit(lyon):
    text = page_of(lyon, "advisor")

    assert "Vos représentants du personnel" in text
    assert "staffrep@exemple.fr" in text


# -- HR -----------------------------------------------------------------------------------------------


def test_hr_reads_the_same_check_as_the_employee(lyon):
    advisor = lyon.office.people["advisor"]
    mine = page_of(lyon, "advisor", CHECK)
    theirs = page_of(lyon, "hr", reverse("recognition:eligibility_of", args=[advisor.pk]))

    for text in ("Niveau 2 : 2 conditions sur 3", "il manque 4 h 30 d’accompagnement co-signées", "198,90 €"):
        assert text in mine
        assert text in theirs


def test_hr_finds_a_participant_without_case_nor_accents(lyon):
    User.objects.filter(username="advisor").update(first_name="Éloïse", last_name="D’Arc-Noël")
    lyon.joins("colleague")
    search = reverse("recognition:eligibility")

    found = page_of(lyon, "hr", f"{search}?q=noel+eLO")
    assert "D’Arc-Noël Éloïse" in found
    assert "1 participant " in found
    assert "Colleague" not in found
    assert "D’Arc-Noël" in page_of(lyon, "hr", f"{search}?q=T000")
    assert "Personne ne porte ce nom" in page_of(lyon, "hr", f"{search}?q=zzz")


def test_hr_reads_no_number_of_an_anonymous_suggestion(lyon):
    advisor = lyon.office.people["advisor"]
    hidden = suggestion(lyon.office, advisor, day=date(2026, 3, 1), anonymous=True)
    address = reverse("recognition:eligibility_of", args=[advisor.pk])

    assert f"n° {hidden.pk}" not in page_of(lyon, "hr", address)
    assert "proposition anonyme" in page_of(lyon, "hr", address)
    assert f"n° {hidden.pk}" in page_of(lyon, "advisor", CHECK)


def test_hr_reads_one_award_s_explanation_and_recomputes_it_by_hand(lyon):
    """HR's story 6, on three awards: a leaver, somebody who changed role, neutralised days."""
    office = lyon.office
    lyon.joins("colleague", last=NINETY_DAYS)
    participation(office.people["colleague"], seeds.SUPPORT, first=date(2026, 4, 1))
    trained(office.people["colleague"])
    suggestion(office, office.people["colleague"])
    stranger = lyon.joins("stranger", last=NINETY_DAYS)
    trained(stranger)
    suggestion(office, stranger)
    neutralised(stranger, office.people["hr"], date(2026, 4, 1), LAST, 20)
    lyon.published()

    for username, cents in (("advisor", 198_90), ("colleague", 198_90), ("stranger", 243_09)):
        award = lyon.award(username)
        address = reverse("recognition:campaign_award", args=[award.campaign_id, award.pk])
        assert by_hand(page_of(lyon, "hr", address)) == cents == award.amount_cents
        check = reverse("recognition:eligibility_of", args=[award.employee_id])
        assert by_hand(page_of(lyon, "hr", check)) == cents


def by_hand(text: str) -> int:
    """What a reader with a calculator finds: every product of the explanation, rounded half up, added."""
    told = text[text.index("Montant :") :]
    told = told[: told.index("bruts")]
    products = re.findall(r"([\d ]+),(\d\d) € × (\(?[\d +]+\)?) / (\d+) = ([\d ]+),(\d\d) €", told)
    assert products
    total = 0
    for euros, cents, days, period, found, rest in products:
        base = int(euros.replace(" ", "")) * 100 + int(cents)
        counted = sum(int(one) for one in days.strip("()").split("+"))
        amount = int(found.replace(" ", "")) * 100 + int(rest)
        assert amount == (2 * base * counted + int(period)) // (2 * int(period))
        total += amount
    return total


def test_pages_ask_at_most_twenty_statements(lyon, django_assert_max_num_queries):
    lyon.published()
    advisor = lyon.office.people["advisor"]
    for username, address in (
        ("advisor", MINE),
        ("advisor", CHECK),
        ("hr", reverse("recognition:eligibility_of", args=[advisor.pk])),
        ("hr", reverse("recognition:eligibility")),
    ):
        browser = lyon.office.browser(username)
        browser.get(address)  # the session renews itself once
        with django_assert_max_num_queries(20):
            assert browser.get(address).status_code == 200


def test_hostile_names_are_shown_as_text(lyon):
    User.objects.filter(username="advisor").update(last_name="<script>alert(1)</script>")
    advisor = lyon.office.people["advisor"]

    for address in (
        reverse("recognition:eligibility"),
        reverse("recognition:eligibility_of", args=[advisor.pk]),
    ):
        assert b"<script>alert(1)" not in lyon.office.browser("hr").get(address).content


def test_check_is_in_the_access_log(lyon):
    advisor = lyon.office.people["advisor"]
    page_of(lyon, "hr", reverse("recognition:eligibility_of", args=[advisor.pk]))

    assert AccessLog.objects.filter(object_type="eligibility", object_id=str(advisor.pk)).count() == 1
