"""`check_invariants` names the session whose people, signatures or content are off (domain.md INV-21)."""

from __future__ import annotations

import pytest
from django.db import connection

from cases.invariants import CHECKS, broken
from recognition.mentoring import invariants
from recognition.mentoring.triggers import MENTORING
from recognition.models import MentoringSession, SessionSignature, SessionTrainee
from tests.office import NOW

from .mentoring_cast import DAY, HOUR, START, plan, press, sign

pytestmark = pytest.mark.django_db


def found() -> list[tuple[str, str]]:
    return [(one.id, one.kind.partition(":")[2]) for one in broken(NOW) if one.object == "mentoring_session"]


def test_sessions_in_every_state_break_nothing(office):
    assert set(invariants.CHECKS) <= set(CHECKS)
    plan(office, "advisor", start=NOW + DAY)
    for days, signers in enumerate(((), ("trainer",), ("advisor",), ("trainer", "advisor")), 2):
        sign(office, plan(office, "advisor", "colleague", start=NOW - days * DAY), *signers)
    disputed = sign(office, plan(office, "advisor", start=NOW - 7 * DAY), "trainer", "advisor")
    press(office.browser("advisor"), "dispute", disputed, text="La séance n’a pas eu lieu ce jour-là.")
    assert found() == []


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"state": "co_signed"}, "not_co_signed"),
        ({"ends_at": START + 4 * HOUR}, "content_unlike_its_hash"),
        ({"content_hash": "0" * 64}, "content_unlike_its_hash"),
    ],
)
def test_a_session_written_aside_is_named(office, fields, kind):
    session = plan(office)
    MentoringSession.objects.update(**fields)
    assert found() == [(str(session.pk), kind)]


def test_a_complete_session_left_uncounted_and_a_signature_of_another_content_are_named(office):
    session = sign(office, plan(office), "trainer", "advisor")
    MentoringSession.objects.update(state="expired")
    assert found() == [(str(session.pk), "co_signed_uncounted")]
    MentoringSession.objects.update(state="co_signed")
    SessionSignature.objects.filter(user=office.people["advisor"]).update(content_hash="1" * 64)
    kinds = {kind for _pk, kind in found()}
    assert kinds == {"not_co_signed", "signature_of_another_content"}


@pytest.mark.parametrize("who", ["advisor", "trainer"])
def test_somebody_in_two_sessions_at_once_is_named(office, who):
    plan(office)
    other = plan(office, "colleague", mentor="manager")
    with MENTORING.lifted(connection):
        SessionTrainee.objects.create(session=other, trainee=office.people[who])
    assert (str(other.pk), "two_sessions_at_once") in found()


def test_a_mentor_among_the_trainees_and_a_session_of_nobody_are_named(office):
    session = plan(office)
    with MENTORING.lifted(connection):
        SessionTrainee.objects.update(trainee=office.people["trainer"])
    assert (str(session.pk), "mentor_is_trainee") in found()
    SessionTrainee.objects.all().delete()
    assert (str(session.pk), "no_trainee") in found()
