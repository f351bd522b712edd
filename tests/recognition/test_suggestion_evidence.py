"""What suggestions and scripts prove: ids, as they stood at the cut-off (domain.md L32, §6.2, §11)."""

from __future__ import annotations

import pytest

from recognition.suggestions.evidence import counted_suggestions, script_evolutions
from tests.office import NOW
from tests.recognition.improving import DAY, move, script, suggestion

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def test_three_contributions_are_evidence_of_three_rejected_ones_included(office):
    made = [suggestion(office, title=f"Idée numéro {number}") for number in range(3)]
    move(office, made[0], "reject")
    pk = office.people["colleague"].pk
    found = counted_suggestions([pk, office.people["advisor"].pk], TODAY, TODAY, NOW)
    assert found == {pk: tuple(one.pk for one in made)}


def test_duplicates_and_withdrawn_ones_do_not_count_from_the_day_they_are(office):
    original = suggestion(office, "advisor", title="L’originale")
    double, gone = suggestion(office, title="La copie"), suggestion(office, title="Une idée retirée")
    move(office, double, "duplicate", duplicate_of=original.pk, at=NOW + 2 * DAY)
    move(office, gone, "withdraw", "colleague", at=NOW + 2 * DAY)
    pk = office.people["colleague"].pk
    before = counted_suggestions([pk], TODAY, TODAY, NOW + DAY)
    assert before == {pk: (double.pk, gone.pk)}
    assert counted_suggestions([pk], TODAY, TODAY, NOW + 3 * DAY) == {}


def test_period_counts_whole_days_both_ends_included(office):
    pk = office.people["colleague"].pk
    one = suggestion(office)
    assert counted_suggestions([pk], TODAY - 5 * DAY, TODAY, NOW) == {pk: (one.pk,)}
    assert counted_suggestions([pk], TODAY + DAY, TODAY + 5 * DAY, NOW) == {}
    assert counted_suggestions([pk], TODAY - 5 * DAY, TODAY - DAY, NOW) == {}
    assert counted_suggestions([pk], TODAY, TODAY, NOW - DAY) == {}


def test_script_counts_for_who_wrote_it_and_for_whose_suggestion_it_is_once_each(office):
    one = move(office, suggestion(office), "accept")
    first = script(office, suggestion=one)
    second = script(office, code="autre")
    writer, author = office.people["support"].pk, office.people["colleague"].pk
    found = script_evolutions([writer, author], TODAY, TODAY, NOW)
    assert found == {writer: (first.pk, second.pk), author: (first.pk,)}
    assert script_evolutions([author], TODAY + DAY, TODAY + DAY, NOW) == {}


def test_evidence_costs_the_same_whatever_the_number_of_people(office, django_assert_num_queries):
    everybody = [user.pk for user in office.people.values()]
    suggestion(office)
    with django_assert_num_queries(2):
        counted_suggestions(everybody, TODAY, TODAY, NOW)
        script_evolutions(everybody, TODAY, TODAY, NOW)
