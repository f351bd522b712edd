"""Staff representative's story 6: exits by reason, small cells masked so that no subtraction reveals them (L22, M14)."""

from __future__ import annotations

from collections import Counter

import pytest
from django.urls import reverse

from recognition.enums import ExitReason
from recognition.participation.exit_figures import exits_by_reason, figures
from recognition.participation.leaving import leave
from tests.office import NOW, text_of

from .people import BEGUN, DAY, TODAY, taking_part

PAGE = "recognition:exit_figures"


def test_24_exits_of_124_are_19_4_per_cent_and_the_reasons_add_up_to_24():
    said = Counter({"workload": 9, "mobility": 6, "lack_of_staff": 3, "lack_of_tools": 2, "not_volunteer": 4})
    told = figures(124, said)
    assert (told.exits, told.participants, told.rate, told.masked) == (24, 124, 19.4, False)
    shown = {row.label: row.shown for row in told.rows}
    assert shown["Charge de travail"] == "9"
    assert shown["Manque d’effectif"] == "< 5"
    assert shown["Fin de contrat"] == "0"
    assert len(told.rows) == len(ExitReason)
    assert sum(said.values()) == told.exits


@pytest.mark.django_db
def test_page_counts_participations_that_are_over_with_their_reason_or_without(office):
    for who, reason in (("advisor", "workload"), ("colleague", "workload"), ("support", "mobility")):
        held = taking_part(office, who, accepts=False)
        leave(held.pk, reason=reason, last_day=TODAY, actor=office.actor(who), now=NOW)
    taking_part(office, "stranger", ends_on=TODAY - DAY, accepts=False)
    taking_part(office, "trainer", accepts=False)
    taking_part(office, "manager", accepts=False, starts_on=TODAY + DAY)
    assert exits_by_reason(NOW).exits == 1
    told = exits_by_reason(NOW + DAY)
    assert (told.participants, told.exits) == (6, 4)
    assert "Motif non enregistré" in [row.label for row in told.rows]


@pytest.mark.django_db
def test_staff_representative_and_hr_read_the_same_masked_table(office):
    for who in ("advisor", "colleague"):
        taking_part(office, who, starts_on=BEGUN, ends_on=TODAY - DAY, accepts=False)
    pages = [text_of(office.browser(who).get(reverse(PAGE))) for who in ("staffrep", "hr")]
    for page in pages:
        assert "Trop peu de sorties" in page
        assert "< 5" in page.replace("&lt;", "<")
        for name in ("Advisor Essai", "Colleague Essai"):
            assert name not in page


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["advisor", "manager", "admin", "support"])
def test_page_is_not_for_others(office, who):
    assert office.browser(who).get(reverse(PAGE)).status_code == 403


def test_small_cell_alone_is_masked_with_one_of_the_others_and_the_total_stays():
    told = figures(124, Counter({"workload": 9, "mobility": 6, "promotion": 2}))
    words = {row.label: row.shown for row in told.rows}
    assert words["Promotion"] == "< 5"
    assert sorted([words["Charge de travail"], words["Mobilité"]])[-1] == "n. c."
    assert (told.exits, told.rate, told.masked) == (17, 13.7, False)


def test_exits_of_fewer_than_five_people_hide_their_total_and_the_rate():
    told = figures(124, Counter({"workload": 2}))
    assert (told.masked, told.rate) == (True, None)
