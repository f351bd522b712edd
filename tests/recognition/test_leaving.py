"""Leaving: a closed list of reasons, open cases that change hands, nothing taken back (domain.md §6.3, INV-01, INV-25)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from atdemain.organisation.consent import TEXT_VERSION, consent
from atdemain.organisation.models import Participation
from cases.enums import CaseState
from cases.models import Case
from recognition.enums import ExitReason
from recognition.models import ParticipationExit
from recognition.participation import leaving
from recognition.participation.leaving import BY_EMPLOYEE, BY_MANAGER, leave
from recognition.participation.refusal import Refused
from tests.office import NOW, text_of
from tests.routing.cast import ready

from .people import DAY, FACTS, TODAY, designated, taking_part, unjustified

pytestmark = pytest.mark.django_db

ADDRESS = "recognition:exit_new"
WEEK_ON = TODAY + 7 * DAY


def says(office, held: Participation, who: str, reason: str, **more: object) -> ParticipationExit:
    return leave(
        held.pk, **{"reason": reason, "last_day": TODAY, "actor": office.actor(who), "now": NOW, **more}
    )


# -- what a reason is worth -------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", BY_EMPLOYEE)
def test_exit_by_the_employee_for_any_reason_is_a_just_cause_at_once(office, reason):
    made = says(office, taking_part(office), "advisor", reason, last_day=WEEK_ON)
    by = "contract_end" if reason is ExitReason.CONTRACT_END else "employee"
    assert (made.just_cause, made.basis, made.exit_by, made.automatic) == ("yes", "reason", by, True)
    assert Participation.objects.get().ends_on == WEEK_ON
    event = AuditEvent.objects.get(object_type="participationexit")
    assert f"'{reason}'" not in str(event.changes).replace(f"'{made.exit_by}'", "")
    assert event.payload.body["reason"] == reason
    ended = AuditEvent.objects.get(object_type="participation", action="exit")
    assert ended.changes == {"ends_on": [None, WEEK_ON.isoformat()]}
    assert not hasattr(ended, "payload")


def test_exit_said_unjustified_waits_ten_business_days_of_the_unit(office):
    made = unjustified(office)
    assert (made.just_cause, made.exit_by, made.decided_at, made.automatic) == (
        "pending",
        "management",
        None,
        False,
    )
    # 10 November, then 11 is a public holiday, Sundays do not count: Saturday 21 is the tenth later day.
    assert timezone.localtime(made.due_at).isoformat() == "2026-11-23T20:00:00+01:00"
    assert made.due_on.isoformat() == "2026-11-23"


def test_exit_of_somebody_designated_who_never_accepted_is_just_whatever_is_said(office):
    made = says(office, designated(office), "manager", "unjustified", facts=FACTS)
    assert (made.just_cause, made.basis, made.automatic) == ("yes", "no_consent", True)


def test_exit_of_somebody_designated_who_accepted_once_is_judged_as_any_other(office):
    held = designated(office)
    consent(held, office.people["advisor"], "accepted", TEXT_VERSION, NOW - DAY)
    consent(held, office.people["advisor"], "withdrawn", TEXT_VERSION, NOW)
    assert says(office, held, "manager", "unjustified", facts=FACTS).just_cause == "pending"


def test_exit_said_twice_alike_is_once_and_otherwise_is_refused(office):
    held = taking_part(office)
    first = says(office, held, "advisor", "workload")
    assert says(office, held, "advisor", "workload") == first
    with pytest.raises(Refused, match="déjà enregistrée, au 10/11/2026"):
        says(office, held, "advisor", "mobility")
    assert AuditEvent.objects.filter(object_type="participation", action="exit").count() == 1


def test_exit_never_takes_back_what_was_consented_or_designated(office):
    held = designated(office, accepts=True)
    says(office, held, "advisor", "workload")
    after = Participation.objects.get()
    assert (after.consent, after.mode, after.designated_by, after.starts_on) == (
        held.consent,
        held.mode,
        held.designated_by,
        held.starts_on,
    )


# -- who may say what -------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [one for one in ExitReason if one not in BY_MANAGER])
def test_manager_cannot_say_for_somebody_what_only_they_can_say(office, reason):
    with pytest.raises(Refused) as refused:
        says(office, taking_part(office), "manager", reason)
    assert refused.value.field == "reason"
    assert not ParticipationExit.objects.exists()


def test_employee_is_not_offered_the_unjustified_exit(office):
    held = taking_part(office)
    page = office.browser("advisor").get(reverse("recognition:leave", args=[held.pk]))
    assert "unjustified" not in page.content.decode()
    assert "facts" not in page.context["form"].fields
    response = office.browser("advisor").post(
        reverse("recognition:leave", args=[held.pk]),
        {"last_day": TODAY.isoformat(), "reason": "unjustified", "facts": FACTS},
    )
    assert response.status_code == 422
    assert not ParticipationExit.objects.exists()


@pytest.mark.parametrize("who", ["far_manager", "colleague"])
def test_exit_of_somebody_that_is_not_ones_to_end_is_refused(office, who):
    with pytest.raises(Refused):
        says(office, taking_part(office), who, "mobility")


def test_exit_told_to_the_employee_or_to_the_manager_without_the_reason(office):
    says(office, taking_part(office), "advisor", "personal_protected")
    told = Notification.objects.get()
    assert told.recipient == office.people["manager"]
    assert told.title == "Advisor Essai quitte le programme le 10/11/2026"
    assert "personnel" not in (told.title + told.body).lower()
    says(office, taking_part(office, "colleague"), "manager", "mobility")
    assert Notification.objects.get(recipient=office.people["colleague"]).kind == "participation_exit"


# -- no health, strike or union value (INV-25) ------------------------------------------------------------


def test_no_reason_but_the_unjustified_one_holds_a_text_on_the_form_or_in_the_database(office):
    held = taking_part(office)
    response = office.browser("manager").post(
        reverse(ADDRESS, args=[held.pk]),
        {
            "last_day": TODAY.isoformat(),
            "reason": "mobility",
            "facts": "En arrêt depuis mardi, dit son équipe.",
        },
    )
    assert response.status_code == 422
    assert "ne se commente pas" in " ".join(response.context["form"].errors["facts"])
    made = says(office, held, "advisor", "personal_protected")
    for name in ("facts", "answer", "opinion_text", "hearing_notes", "decision_text"):
        with pytest.raises(IntegrityError), transaction.atomic():
            ParticipationExit.objects.filter(pk=made.pk).update(**{name: "Une maladie."})
    assert not [value for value in ExitReason.values if value in ("health", "strike", "union", "sickness")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"just_cause": "no"},
        {"just_cause": "pending", "basis": "", "decided_at": None},
        {"basis": "decision"},
        {"reason": "unjustified", "exit_by": "employee"},
        {"reason": "sickness"},
        {"exit_by": "contract_end"},
        {"opinion": "just"},
    ],
)
def test_database_refuses_an_exit_that_does_not_hold_together(office, wrong):
    made = says(office, taking_part(office), "advisor", "workload")
    with pytest.raises(IntegrityError), transaction.atomic():
        ParticipationExit.objects.filter(pk=made.pk).update(**wrong)


# -- bad days ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("2027-02-29", "Ce jour n’existe pas"),
        ("2026-11-09", "Cette date est passée"),
        ("2028-11-10", "dans plus d’un an"),
        ("", "Donnez une date"),
    ],
)
def test_leaving_on_a_day_that_cannot_be_says_so_at_the_field(office, day, message):
    held = taking_part(office)
    response = office.browser("advisor").post(
        reverse("recognition:leave", args=[held.pk]), {"last_day": day, "reason": "workload"}
    )
    assert response.status_code == 422
    assert message in " ".join(response.context["form"].errors["last_day"])
    assert Participation.objects.get().ends_on is None


def test_leaving_before_the_first_day_or_after_the_last_is_refused_at_the_field(office):
    held = taking_part(office, starts_on=WEEK_ON, ends_on=WEEK_ON + 7 * DAY, accepts=False)
    for day in (TODAY, WEEK_ON + 8 * DAY):
        with pytest.raises(Refused) as refused:
            says(office, held, "advisor", "workload", last_day=day)
        assert refused.value.field == "last_day"


def test_unjustified_without_facts_is_refused_at_the_field(office):
    held = taking_part(office)
    response = office.browser("manager").post(
        reverse(ADDRESS, args=[held.pk]),
        {"last_day": TODAY.isoformat(), "reason": "unjustified", "facts": "Parti."},
    )
    assert response.status_code == 422
    assert "20 caractères" in " ".join(response.context["form"].errors["facts"])


# -- a participation that ended without a reason ----------------------------------------------------------


def test_participation_that_ended_elsewhere_gets_its_reason_from_hr_only(office):
    held = taking_part(office, ends_on=TODAY - 5 * DAY)
    with pytest.raises(Refused, match="les RH"):
        says(office, held, "manager", "mobility", last_day=TODAY - 5 * DAY)
    with pytest.raises(Refused, match="s’est terminée le 05/11/2026"):
        says(office, held, "hr", "mobility")
    made = says(office, held, "hr", "lack_of_staff", last_day=TODAY - 5 * DAY)
    assert (made.just_cause, made.exit_by) == ("yes", "management")
    assert office.browser("manager").get(reverse(ADDRESS, args=[held.pk])).status_code == 404


# -- open cases -------------------------------------------------------------------------------------------


def with_case(office, *, origin: str = "rd3plus") -> tuple[Participation, Case]:
    ready(office.people["advisor"])
    case = office.case("opened")
    QuerySet.update(Case.objects.filter(pk=case.pk), origin=origin)
    return Participation.objects.get(employee=office.people["advisor"]), Case.objects.get(pk=case.pk)


def test_exit_by_a_manager_with_open_cases_is_refused_until_they_are_given_in_the_same_action(office):
    held, case = with_case(office)
    with pytest.raises(Refused, match=r"garde 1 dossier ouvert"):
        says(office, held, "manager", "mobility")
    assert Participation.objects.get(pk=held.pk).ends_on is None
    ready(office.people["colleague"])
    browser = office.browser("manager")
    page = browser.get(reverse(ADDRESS, args=[held.pk]))
    assert case.ref in text_of(page)
    sent = {
        "last_day": TODAY.isoformat(),
        "reason": "mobility",
        "give-to": str(office.people["colleague"].pk),
        "give-reason_code": "absence",
    }
    response = browser.post(reverse(ADDRESS, args=[held.pk]), sent)
    assert response.status_code == 302, text_of(response)
    assert Case.objects.get(pk=case.pk).owner_id == office.people["colleague"].pk
    assert Participation.objects.get(pk=held.pk).ends_on == TODAY


def test_exit_whose_case_nobody_can_take_writes_nothing_at_all(office):
    held, case = with_case(office)
    sent = {
        "last_day": TODAY.isoformat(),
        "reason": "mobility",
        "give-to": "engine",
        "give-reason_code": "absence",
    }
    response = office.browser("manager").post(reverse(ADDRESS, args=[held.pk]), sent)
    assert response.status_code == 422
    assert "Rien n’a été enregistré" in text_of(response)
    assert not ParticipationExit.objects.exists()
    assert Participation.objects.get(pk=held.pk).ends_on is None
    assert Case.objects.get(pk=case.pk).owner_id == office.people["advisor"].pk


def test_exit_refused_after_the_cases_were_given_gives_them_back(office):
    """One action: facts that are too short undo the hand-over too."""
    held, case = with_case(office)
    ready(office.people["colleague"])
    giving = leaving.Giving(
        [case], office.people["colleague"].pk, {"reason_code": "absence", "reason_text": ""}
    )
    with pytest.raises(Refused):
        says(office, held, "manager", "unjustified", giving=giving, facts="Non.")
    assert Case.objects.get(pk=case.pk).owner_id == office.people["advisor"].pk


def test_exit_by_hr_with_open_cases_says_who_must_give_them_and_shows_no_case(office):
    held, case = with_case(office)
    page = text_of(office.browser("hr").get(reverse(ADDRESS, args=[held.pk])))
    assert str(case.client) not in page
    response = office.browser("hr").post(
        reverse(ADDRESS, args=[held.pk]), {"last_day": TODAY.isoformat(), "reason": "mobility"}
    )
    assert response.status_code == 422
    assert "confiez-les d’abord" in text_of(response)


def test_exit_by_the_employee_sends_the_rd3_cases_back_to_the_queue_with_the_act(office):
    held, case = with_case(office)
    manual = office.case("opened")
    says(office, held, "advisor", "workload", last_day=WEEK_ON)
    after = Case.objects.get(pk=case.pk)
    assert (after.owner_id, after.state) == (None, CaseState.OPENED)
    assert Case.objects.get(pk=manual.pk).owner_id == office.people["advisor"].pk
    assert (
        Notification.objects.filter(recipient=office.people["manager"], kind="case_unassigned").count() == 1
    )


def test_administrator_does_not_read_the_reason_in_the_history_of_the_participation(office):
    held = taking_part(office)
    says(office, held, "advisor", "personal_protected")
    page = text_of(
        office.browser("admin").get(reverse("admin:organisation_participation_history", args=[held.pk]))
    )
    assert "sortie enregistrée" in page
    assert "personal_protected" not in page
    assert "Raison personnelle" not in page


def test_exits_are_erased_five_years_on_with_what_the_journal_heard_of_them(office, purge):
    made = unjustified(office)
    purge(NOW + 5 * 365 * DAY)
    assert ParticipationExit.objects.filter(pk=made.pk).exists()
    purge(NOW + (5 * 365 + 2) * DAY)
    assert not ParticipationExit.objects.exists()
    assert not AuditEvent.objects.filter(object_type="participationexit", payload__isnull=False).exists()
    assert Participation.objects.filter(ends_on=TODAY).exists()
