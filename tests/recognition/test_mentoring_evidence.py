"""What counts as evidence, by which signatures, and why the rest does not (domain.md §6.5, §11)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from recognition.mentoring import evidence, rounds
from recognition.models import MentoringSession
from tests.office import NOW

from .mentoring_cast import DAY, HOUR, START, plan, press, sign, takes_part, typed

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 7, 1), date(2026, 12, 31)
END = START + 3 * HOUR


def of(office, cutoff=NOW, who="trainer", first=FIRST, last=LAST) -> evidence.Mentoring:
    pk = office.people[who].pk
    return evidence.counted_sessions([pk], first, last, cutoff)[pk]


def reasons(office, **asked) -> list[str]:
    return [one.reason for one in of(office, **asked).not_counted]


def test_a_session_counts_once_for_its_mentor_whatever_the_group_and_only_signers_are_trainees(office):
    session = sign(office, plan(office, "advisor", "colleague", "support"), "trainer", "advisor", "support")
    found = of(office)
    assert (found.minutes, found.sessions, found.session_ids) == (180, 1, [session.pk])
    assert found.trainees == {office.people["advisor"].pk, office.people["support"].pk}
    assert found.counted[0].co_signed_at == NOW
    assert of(office, who="advisor").minutes == 0


@pytest.mark.parametrize(
    ("signers", "code", "words"),
    [
        ((), "no_mentor", "il manque la signature de T. Essai et de A. Essai ou C. Essai"),
        (("trainer",), "no_trainee", "il manque la signature de A. Essai ou C. Essai"),
        (("advisor",), "no_mentor", "il manque la signature de T. Essai"),
    ],
)
def test_what_lacks_a_signature_names_whose(office, signers, code, words):
    sign(office, plan(office, "advisor", "colleague"), *signers)
    (one,) = of(office).not_counted
    assert (one.code, one.reason) == (code, words)


def test_a_signature_after_the_cutoff_is_told_with_both_days(office):
    sign(office, plan(office), "trainer", "advisor")
    cutoff = timezone.localtime(NOW) - timedelta(hours=20)  # the evening before: held, not signed yet
    assert reasons(office, cutoff=cutoff) == ["signée le 10/11, après l’arrêt du 09/11"]
    assert of(office, cutoff=NOW).minutes == 180


def test_one_trainee_by_the_cutoff_is_enough_and_the_later_one_is_not_counted(office):
    session = sign(office, plan(office, "advisor", "colleague"), "trainer", "advisor")
    sign(office, session, "colleague", now=NOW + 2 * DAY)
    assert of(office, cutoff=NOW + DAY).trainees == {office.people["advisor"].pk}
    assert len(of(office, cutoff=NOW + 3 * DAY).trainees) == 2


def test_a_session_still_to_come_at_the_cutoff_is_told(office):
    sign(office, plan(office), "trainer", "advisor")
    assert reasons(office, cutoff=START) == ["finie le 09/11, après l’arrêt du 09/11"]


def test_an_edited_session_counts_by_its_new_signatures_alone(office):
    session = sign(office, plan(office, "advisor"), "trainer", "advisor")
    address = f"/mentoring/{session.pk}/edit/"
    office.browser("trainer").post(address, typed(office, "advisor", minutes=60, version=session.version))
    assert of(office).minutes == 0
    sign(office, MentoringSession.objects.get(), "trainer", "advisor")
    assert of(office).minutes == 60


def test_disputed_expired_and_cancelled_sessions_do_not_count(office):
    disputed = sign(office, plan(office), "trainer", "advisor")
    press(office.browser("advisor"), "dispute", disputed, text="La séance n’a pas duré trois heures.")
    assert reasons(office) == ["contestée le 10/11, pas encore tranchée"]
    cancelled = sign(office, plan(office, start=START - DAY), "trainer", "advisor")
    press(office.browser("trainer"), "cancel", cancelled)
    sign(office, plan(office, start=START - 2 * DAY), "trainer")
    rounds.round_(NOW + 30 * DAY)
    assert reasons(office, cutoff=NOW + 30 * DAY) == [
        "le délai de 14 jours est passé sans la signature de A. Essai",
        "contestée le 10/11, pas encore tranchée",
    ]
    assert of(office).minutes == 0


def test_both_days_of_the_period_are_in_it(office):
    sign(office, plan(office), "trainer", "advisor")
    day = timezone.localdate(START)
    assert of(office, first=day, last=day).minutes == 180
    assert of(office, first=day + DAY, last=LAST).minutes == 0
    assert of(office, first=FIRST, last=day - DAY).minutes == 0


def test_a_thousand_people_cost_as_many_statements_as_two(office, django_assert_num_queries):
    takes_part(office, "manager")
    for mentor in ("trainer", "manager"):
        sign(office, plan(office, "advisor" if mentor == "trainer" else "colleague", mentor=mentor), mentor)
    few = [office.people[name].pk for name in ("trainer", "manager")]
    with django_assert_num_queries(5):
        evidence.counted_sessions(few, FIRST, LAST, NOW)
    with django_assert_num_queries(5 + 1 + 1):  # two more batches without a session
        found = evidence.counted_sessions([*few, *range(10**6, 10**6 + 998 + 400)], FIRST, LAST, NOW)
    assert len(found) == 1400
