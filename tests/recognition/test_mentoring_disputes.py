"""A trainee disputes a session; a support of the unit or HR hears both and settles (domain.md §6.4)."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from atdemain.journal.models import AuditEvent, AuditPayload
from atdemain.notifications.models import Notification
from recognition.mentoring import evidence
from recognition.models import MentoringSession, SessionDispute
from tests.office import NOW, Office, text_of

from .mentoring_cast import DAY, START, plan, press, sign, typed

pytestmark = pytest.mark.django_db

TEXT = "La séance a duré vingt minutes, pas trois heures."
WHY = "Les deux personnes disent la même chose : la séance a eu lieu."


@pytest.fixture
def disputed(office: Office) -> MentoringSession:
    session = sign(office, plan(office, "advisor", "colleague"), "trainer", "colleague")
    response = press(office.browser("advisor"), "dispute", session, text=TEXT)
    assert "ne compte plus tant que rien n’est tranché" in text_of(response)
    return MentoringSession.objects.get()


def settle(office: Office, session: MentoringSession, who: str, outcome: str = "rejected", **data):
    sent = {
        "mentor_heard_on": "2026-11-10",
        "trainee_heard_on": "2026-11-10",
        "outcome": outcome,
        "text": WHY,
    }
    return press(office.browser(who), "settle", session, **(sent | data))


def told(kind: str) -> set[str]:
    found = Notification.objects.filter(kind=f"mentoring_{kind}")
    return set(found.order_by("pk").values_list("recipient__username", flat=True))


def counted(office: Office) -> int:
    trainer = office.people["trainer"].pk
    found = evidence.counted_sessions([trainer], START.date(), NOW.date(), NOW)
    return found[trainer].minutes


def test_a_disputed_session_is_shown_does_not_count_and_calls_support_and_hr(office, disputed):
    assert disputed.state == "disputed"
    assert told("disputed") == {"trainer"}
    assert told("to_settle") == {"support", "hr"}
    assert counted(office) == 0
    page = text_of(office.browser("trainer").get(reverse("recognition:session", args=[disputed.pk])))
    assert "Contestée par A. Essai" in page
    assert TEXT in page
    for who in ("support", "hr"):
        assert "contestée par A. Essai" in text_of(
            office.browser(who).get(reverse("recognition:mentoring_follow_up"))
        )
    event = AuditEvent.objects.get(action="mentoring_disputed")
    assert TEXT not in str(event.changes)
    assert event.payload.body == {"text": TEXT}


def test_a_session_that_stands_counts_again_with_the_signatures_it_had(office, disputed):
    assert "Contestation tranchée" in text_of(settle(office, disputed, "support"))
    assert MentoringSession.objects.get().state == "co_signed"
    assert counted(office) == 180
    assert told("settled") == {"trainer", "advisor", "colleague"}
    one = SessionDispute.objects.get()
    assert (one.outcome, one.settled_by) == ("rejected", office.people["support"])
    assert WHY in text_of(office.browser("advisor").get(reverse("recognition:session", args=[disputed.pk])))
    assert "déjà fait" in text_of(settle(office, disputed, "support"))


def test_an_upheld_dispute_cancels_the_session_and_its_time_is_free(office, disputed):
    settle(office, disputed, "hr", "upheld")
    assert MentoringSession.objects.get().state == "cancelled"
    assert counted(office) == 0
    response = office.browser("trainer").post(reverse("recognition:session_new"), typed(office))
    assert response.status_code == 302


def test_a_session_that_stands_too_late_without_signatures_is_expired(office, clock):
    session = plan(office)
    press(office.browser("advisor"), "dispute", session, text=TEXT)
    clock.shift(20 * DAY)
    heard = {"mentor_heard_on": "2026-11-20", "trainee_heard_on": "2026-11-21"}
    settle(office, session, "hr", **heard)
    assert MentoringSession.objects.get().state == "expired"


@pytest.mark.parametrize("day", ["2026-11-09", "2026-11-11", "", "zut"])
def test_both_are_heard_between_the_dispute_and_today(office, disputed, day):
    response = settle(office, disputed, "hr", trainee_heard_on=day)
    assert response.status_code == 422
    assert response.context["settle_form"].errors["trainee_heard_on"]
    assert MentoringSession.objects.get().state == "disputed"


def test_a_decision_without_its_reason_is_refused_and_keeps_the_dates(office, disputed):
    response = settle(office, disputed, "hr", text="Non.")
    assert response.status_code == 422
    assert 'value="2026-11-10"' in text_of(response)


def test_who_is_of_the_session_or_of_another_unit_does_not_settle(office):
    session = plan(office, "support", "stranger")
    press(office.browser("stranger"), "dispute", session, text=TEXT)
    assert "une autre personne tranche" in text_of(settle(office, session, "support"))
    assert MentoringSession.objects.get().state == "disputed"
    office.people["support"].unit = office.units["brest"]
    other = plan(office, "advisor", start=NOW - 5 * DAY, mentor="manager")
    press(office.browser("advisor"), "dispute", other, text=TEXT)
    office.people["support"].save()
    assert settle(office, other, "support").status_code == 404
    assert settle(office, other, "manager").status_code == 403


def test_a_settlement_of_an_older_page_writes_nothing(office, disputed):
    assert "a changé entre-temps" in text_of(settle(office, disputed, "hr", version=1))
    settle(office, disputed, "support")
    assert "a changé entre-temps" in text_of(settle(office, disputed, "hr", "upheld", version=1))
    assert MentoringSession.objects.get().state == "co_signed"


def test_disputing_twice_is_once_and_nothing_else_moves_meanwhile(office, disputed):
    assert "déjà fait" in text_of(press(office.browser("advisor"), "dispute", disputed, text=TEXT))
    assert "est contestée" in text_of(press(office.browser("advisor"), "sign", disputed))
    assert "est contestée" in text_of(press(office.browser("trainer"), "cancel", disputed))
    assert SessionDispute.objects.count() == 1


def test_only_a_trainee_disputes_from_the_start_to_fourteen_days_after(office, clock):
    session = plan(office)
    assert "Seul un collègue" in text_of(press(office.browser("trainer"), "dispute", session, text=TEXT))
    coming = plan(office, start=NOW + DAY)
    assert "une fois commencée" in text_of(press(office.browser("advisor"), "dispute", coming, text=TEXT))
    clock.shift(15 * DAY)
    assert "dans les 14" in text_of(press(office.browser("advisor"), "dispute", session, text=TEXT))
    assert not SessionDispute.objects.exists()


def test_too_short_a_text_stays_in_the_form_with_its_error(office):
    session = plan(office)
    response = press(office.browser("advisor"), "dispute", session, text="Faux.")
    assert response.status_code == 422
    assert "Faux." in text_of(response)
    assert "20 caractères" in text_of(response)


def test_the_database_refuses_a_settlement_that_heard_nobody(office, disputed):
    with pytest.raises(IntegrityError), transaction.atomic():
        SessionDispute.objects.update(outcome="upheld", settled_at=NOW, settled_by=office.people["hr"])
    with pytest.raises(IntegrityError), transaction.atomic():
        SessionDispute.objects.create(session=disputed, by=office.people["colleague"], at=NOW)


def test_five_years_later_the_session_and_its_texts_are_gone_and_the_chain_verifies(office, disputed, purge):
    settle(office, disputed, "support")
    purge(NOW + 4 * 365 * DAY)
    assert MentoringSession.objects.exists()
    purge(NOW + (5 * 365 + 3) * DAY)
    assert not MentoringSession.objects.exists()
    kept = AuditPayload.objects.filter(event__object_type="mentoring_session")
    assert not kept.exists()
    call_command("verify_journal")
