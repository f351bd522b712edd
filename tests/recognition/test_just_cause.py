"""HR's story 9: a just cause is decided after a hearing, with a written reason; ten business days of silence are a yes."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.urls import reverse

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from atdemain.organisation.enums import Role
from atdemain.organisation.roles import set_roles
from cases import hooks
from recognition.models import ParticipationExit
from recognition.participation import just_cause
from recognition.participation.leaving import leave
from recognition.participation.refusal import Refused
from tests.office import NOW, Office, text_of

from .people import DAY, SAID, TODAY, actor, second_hr, taking_part, unjustified

pytestmark = pytest.mark.django_db

DECISION = "Le planning confirme les deux permanences."
LATER = NOW + 2 * DAY


def decided(
    office: Office, pk: int, answer: str = "yes", *, who: str = "hr", at=LATER, **more
) -> ParticipationExit:
    sent = {"heard_on": (NOW + DAY).date(), "hearing_notes": SAID, "decision_text": DECISION, **more}
    return just_cause.decide(pk, answer, **sent, actor=office.actor(who), now=at)


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_decision_of_hr_after_the_hearing_is_kept_journalled_once_and_told_to_everybody(office, answer):
    made = unjustified(office)
    done = decided(office, made.pk, answer)
    kept = ParticipationExit.objects.get()
    assert (kept.just_cause, kept.basis, kept.decided_by, kept.automatic) == (
        answer,
        "decision",
        office.people["hr"],
        False,
    )
    assert done.decision_text == DECISION
    event = AuditEvent.objects.get(object_type="participationexit", action="just_cause_decided")
    assert event.changes["just_cause"] == ["pending", answer]
    assert DECISION not in str(event.changes)
    assert event.payload.body["decision_text"] == DECISION
    told = Notification.objects.filter(kind="just_cause_settled").values_list(
        "recipient__username", flat=True
    )
    assert sorted(told) == ["advisor", "manager"]


def test_decision_through_the_page_needs_a_hearing_and_a_reason(office, clock):
    made = unjustified(office)
    clock.shift(2 * DAY)
    browser, address = office.browser("hr"), reverse("recognition:file_decide", args=[made.pk])
    response = browser.post(address, {"decide-just_cause": "no", "decide-decision_text": "Non."})
    assert response.status_code == 422
    assert set(response.context["decide_form"].errors) == {"heard_on", "decision_text"}
    sent = {
        "decide-just_cause": "no",
        "decide-decision_text": DECISION,
        "decide-heard_on": (TODAY + DAY).isoformat(),
        "decide-hearing_notes": SAID,
    }
    for day, message in ((TODAY + 5 * DAY, "est à venir"), (TODAY - DAY, "suit la sortie")):
        response = browser.post(address, sent | {"decide-heard_on": day.isoformat()})
        assert response.status_code == 422
        assert message in " ".join(response.context["decide_form"].errors["heard_on"])
    assert ParticipationExit.objects.get().pending
    response = browser.post(address, sent)
    assert response.status_code == 302
    assert ParticipationExit.objects.get().just_cause == "no"
    page = text_of(office.browser("advisor").get(reverse("recognition:file", args=[made.pk])))
    assert DECISION in page
    assert "Hr Essai, le 12/11/2026" in page


def test_decision_by_who_declared_the_exit_or_is_concerned_is_anothers(office):
    second_hr(office)
    held = taking_part(office, "colleague")
    made = leave(
        held.pk, reason="unjustified", last_day=TODAY, actor=office.actor("hr"), now=NOW, facts=DECISION
    )
    with pytest.raises(Refused, match="une autre personne des RH"):
        decided(office, made.pk)
    page = text_of(office.browser("hr").get(reverse("recognition:file", args=[made.pk])))
    assert "Une autre personne des RH décide" in page
    assert just_cause.decide(
        made.pk, "yes", heard_on=TODAY, hearing_notes="", decision_text=DECISION,
        actor=actor(office.people["hr2"]), now=NOW,
    ).decided_by == office.people["hr2"]  # fmt: skip


@pytest.mark.parametrize("who", ["manager", "admin", "staffrep", "advisor"])
def test_decision_by_anybody_but_hr_is_refused(office, who):
    made = unjustified(office)
    with pytest.raises(Refused, match="décidé par les RH"):
        decided(office, made.pk, who=who)
    assert ParticipationExit.objects.get().pending


@pytest.mark.parametrize("other", [Role.MANAGER, Role.ADMIN])
def test_decision_by_hr_who_are_also_a_manager_or_an_administrator_is_refused(office, other):
    made = unjustified(office)
    set_roles(office.people["hr"], [Role.HR, other])
    with pytest.raises(Refused, match="même s’il est aussi RH"):
        decided(office, made.pk)


def test_decision_by_who_gave_an_opinion_is_anothers(office):
    """A manager who joined HR meanwhile."""
    made = unjustified(office)
    just_cause.give_opinion(made.pk, "not_just", DECISION, actor=office.actor("manager"), now=NOW)
    ParticipationExit.objects.filter(pk=made.pk).update(announced_by=office.people["support"])
    set_roles(office.people["manager"], [Role.HR])
    with pytest.raises(Refused, match="donné un avis"):
        decided(office, made.pk, who="manager")


def test_decision_already_taken_stays_and_says_so(office):
    made = unjustified(office)
    decided(office, made.pk, "yes")
    with pytest.raises(Refused, match="déjà réglé"):
        decided(office, made.pk, "no")
    assert ParticipationExit.objects.get().just_cause == "yes"


# -- answer and opinion -----------------------------------------------------------------------------------


def test_employee_reads_the_file_and_answers_until_the_decision(office):
    made = unjustified(office)
    browser = office.browser("advisor")
    page = text_of(browser.get(reverse("recognition:file", args=[made.pk])))
    assert made.facts in page
    assert "10 jours ouvrés" in page
    browser.post(reverse("recognition:file_answer", args=[made.pk]), {"answer-answer": SAID})
    assert ParticipationExit.objects.get().answer == SAID
    assert Notification.objects.filter(recipient=office.people["hr"], kind="just_cause_answered").count() == 1
    decided(office, made.pk)
    with pytest.raises(Refused, match="déjà réglé"):
        just_cause.answer(made.pk, SAID + " Encore.", actor=office.actor("advisor"), now=LATER)


def test_manager_gives_an_opinion_that_decides_nothing(office):
    made = unjustified(office)
    response = office.browser("manager").post(
        reverse("recognition:file_opinion", args=[made.pk]),
        {"opinion-opinion": "not_just", "opinion-opinion_text": "Prévenu deux fois, selon l’équipe."},
    )
    assert response.status_code == 302
    kept = ParticipationExit.objects.get()
    assert (kept.opinion, kept.opinion_by, kept.just_cause) == (
        "not_just",
        office.people["manager"],
        "pending",
    )
    assert (
        office.browser("manager").post(reverse("recognition:file_decide", args=[made.pk])).status_code == 403
    )


@pytest.mark.parametrize("who", ["colleague", "far_manager", "support"])
def test_file_of_somebody_else_is_not_found(office, who):
    made = unjustified(office)
    assert office.browser(who).get(reverse("recognition:file", args=[made.pk])).status_code == 404


def test_file_of_an_exit_by_the_employee_is_not_their_managers_to_read(office):
    held = taking_part(office)
    made = leave(held.pk, reason="personal_protected", last_day=TODAY, actor=office.actor("advisor"), now=NOW)
    assert office.browser("manager").get(reverse("recognition:file", args=[made.pk])).status_code == 404
    assert office.browser("advisor").get(reverse("recognition:file", args=[made.pk])).status_code == 200


def test_list_of_hr_shows_the_days_left_and_what_was_settled(office, clock):
    made = unjustified(office)
    unjustified(office, "colleague")
    page = text_of(office.browser("hr").get(reverse("recognition:just_causes")))
    assert page.count("10 jours ouvrés") == 2
    clock.shift(2 * DAY)
    decided(office, made.pk)
    page = text_of(office.browser("hr").get(reverse("recognition:just_causes")))
    assert "9 jours ouvrés" in page
    assert "Décision des RH" in page


# -- silence ----------------------------------------------------------------------------------------------


def test_ten_business_days_of_silence_are_a_yes_once_journalled_and_told(office):
    made = unjustified(office)
    just_cause.settle_silent(made.due_at)
    assert ParticipationExit.objects.get().pending
    after = made.due_at + timedelta(seconds=1)
    for _ in range(3):
        hooks.tick(after)
    kept = ParticipationExit.objects.get()
    assert (kept.just_cause, kept.basis, kept.decided_by, kept.decided_at) == ("yes", "silence", None, after)
    event = AuditEvent.objects.get(object_type="participationexit", action="just_cause_silence")
    assert event.actor_kind == "system"
    told = Notification.objects.filter(kind="just_cause_settled").values_list(
        "recipient__username", flat=True
    )
    assert sorted(told) == ["advisor", "hr", "manager"]


def test_decision_after_the_delay_is_refused_even_before_the_clock_came_round(office):
    made = unjustified(office)
    with pytest.raises(Refused, match="le juste motif est acquis"):
        decided(office, made.pk, "no", at=made.due_at + timedelta(seconds=1))


def test_silence_never_touches_a_file_that_was_decided(office):
    made = unjustified(office)
    decided(office, made.pk, "no")
    just_cause.settle_silent(made.due_at + DAY)
    assert ParticipationExit.objects.get().just_cause == "no"


def test_hr_is_reminded_once_two_days_before(office):
    made = unjustified(office)
    just_cause.remind(made.due_at - 3 * DAY)
    assert not Notification.objects.filter(kind="just_cause_soon").exists()
    for shift in (0, 1):
        just_cause.remind(made.due_at - DAY + shift * timedelta(hours=1))
    assert Notification.objects.filter(kind="just_cause_soon", recipient=office.people["hr"]).count() == 1


def both_at_once(office: Office, pk: int, at, monkeypatch=None) -> list[str]:
    """Two clocks settle the same file: what each wrote in the journal."""
    barrier, errors = threading.Barrier(2, timeout=20), []

    def settle() -> None:
        try:
            barrier.wait()
            just_cause.settle_silent(at)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=settle) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []
    rows = AuditEvent.objects.filter(object_type="participationexit", object_id=str(pk)).order_by("seq")
    return list(rows.values_list("action", flat=True))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_clocks_settle_a_silent_file_once(office):
    made = unjustified(office)
    assert both_at_once(office, made.pk, made.due_at + DAY) == ["created", "just_cause_silence"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_negative_control_without_the_condition_of_the_update_both_clocks_settle(office, monkeypatch):
    made = unjustified(office)
    held = threading.Barrier(2, timeout=20)

    class Blind:
        """What the conditional update would be without its condition: both have read the file as pending."""

        def __init__(self, rows):
            self.rows = rows

        def values_list(self, *names, **flat):
            found = list(self.rows.values_list(*names, **flat))
            held.wait()
            return found

        def filter(self, **where):
            return ParticipationExit.objects.filter(**where)

    silent = just_cause._silent
    monkeypatch.setattr(just_cause, "_silent", lambda now: Blind(silent(now)))
    assert both_at_once(office, made.pk, made.due_at + DAY) == [
        "created",
        *["just_cause_silence"] * 2,
    ]
