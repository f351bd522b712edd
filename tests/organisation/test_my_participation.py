"""« Ma participation »: the employee's own answer, and what follows from it (domain.md §6.3, INV-01)."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.models import AuditEvent
from atdemain.organisation.consent import TEXT_VERSION, consent
from atdemain.organisation.enums import ConsentAnswer, ParticipationMode, Role
from atdemain.organisation.models import Participation, Programme, Unit, User
from atdemain.organisation.participation import owner_objection
from atdemain.organisation.roles import set_roles
from cases import workflow
from cases.enums import CaseState, Origin, ReasonFamily
from cases.models import Case, Client
from cases.workflow import assigning

pytestmark = pytest.mark.django_db
PAGE = "account_participation"


@pytest.fixture
def unit() -> Unit:
    return Unit.objects.create(code="uat-test", name="UAT Test")


def account(username: str, *roles: Role, **fields: object) -> User:
    user = User.objects.create(username=username, last_name=username.title(), **fields)
    set_roles(user, roles)
    return user


@pytest.fixture
def employee(unit: Unit) -> User:
    return account("roux", Role.ADVISOR, unit=unit)


def taking_part(user: User, **fields: object) -> Participation:
    programme, _ = Programme.objects.get_or_create(code="test", name="Programme Test")
    return Participation.objects.create(
        **{
            "employee": user,
            "programme": programme,
            "role": Role.ADVISOR,
            "mode": ParticipationMode.VOLUNTEER,
            "starts_on": timezone.localdate() - timedelta(days=10),
            **fields,
        }
    )


def logged_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def answer(browser: Browser, participation: object, said: str, **data: object):
    """`participation`: one, or whatever somebody writes in its place."""
    number = participation.pk if isinstance(participation, Participation) else participation
    sent = {"participation": number, "answer": said, "text_version": TEXT_VERSION, **data}
    return browser.post(reverse(PAGE), sent, follow=True)


def kept(participation: Participation) -> str:
    return Participation.objects.get(pk=participation.pk).consent


def test_the_page_shows_the_text_its_version_and_what_is_asked(employee: User) -> None:
    manager = account("chef", Role.MANAGER)
    taking_part(employee, mode=ParticipationMode.DESIGNATED, designated_by=manager)
    text = logged_in(employee).get(reverse(PAGE)).content.decode()
    for words in (f"Version {TEXT_VERSION}", "Programme Test", "désigné, par Chef", "pas encore donnée"):
        assert words in text
    assert "J’accepte" in text
    assert "Retirer mon accord" not in text


def test_accept_keeps_the_answer_the_text_version_and_one_journal_row(employee: User) -> None:
    participation = taking_part(employee)
    page = answer(logged_in(employee), participation, "accepted")
    assert "Accord enregistré" in page.content.decode()
    event = participation.consent_events.get()
    assert (event.answer, event.text_version) == (ConsentAnswer.ACCEPTED, TEXT_VERSION)
    row = AuditEvent.objects.get(object_type="participation", object_id=str(participation.pk))
    assert (row.actor_id, row.changes["consent"]) == (employee.pk, ["", "accepted"])
    assert owner_objection(User.objects.get(pk=employee.pk), "rd3plus", timezone.now()) == ""


def test_accept_twice_equals_once(employee: User) -> None:
    participation = taking_part(employee)
    browser = logged_in(employee)
    for _ in range(2):
        answer(browser, participation, "accepted")
    assert participation.consent_events.count() == 1
    assert AuditEvent.objects.filter(object_type="participation").count() == 1


def test_decline_then_accept_then_withdraw_each_leaves_its_trace(employee: User) -> None:
    participation = taking_part(employee)
    browser = logged_in(employee)
    for said in ("declined", "accepted", "withdrawn"):
        answer(browser, participation, said)
        assert kept(participation) == said
    assert [event.answer for event in participation.consent_events.all()] == [
        "declined",
        "accepted",
        "withdrawn",
    ]


def test_withdraw_keeps_the_version_that_was_accepted_whatever_the_present_text(employee: User) -> None:
    participation = taking_part(employee)
    consent(participation, employee, ConsentAnswer.ACCEPTED, "2025-9", timezone.now())
    answer(logged_in(employee), participation, "withdrawn", text_version="")
    assert participation.consent_events.last().text_version == "2025-9"


def test_accept_a_text_that_changed_meanwhile_is_refused(employee: User) -> None:
    participation = taking_part(employee)
    page = answer(logged_in(employee), participation, "accepted", text_version="2025-9")
    assert "Le texte a changé" in page.content.decode()
    assert kept(participation) == ""


def test_withdraw_what_was_not_accepted_says_why(employee: User) -> None:
    participation = taking_part(employee)
    page = answer(logged_in(employee), participation, "withdrawn")
    assert "Aucun accord à retirer" in page.content.decode()
    assert not participation.consent_events.exists()


@pytest.mark.parametrize("role", [Role.MANAGER, Role.HR, Role.ADMIN, Role.ADVISOR])
def test_nobody_answers_for_another(employee: User, role: Role) -> None:
    participation = taking_part(employee)
    other = logged_in(account("autre", role))
    assert answer(other, participation, "accepted").status_code == 404
    assert kept(participation) == ""


@pytest.mark.parametrize("number", [0, "", "1; --", "9" * 30, "é", "٣"])
def test_an_answer_to_nothing_is_not_found(employee: User, number: object) -> None:
    taking_part(employee)
    assert answer(logged_in(employee), number, "accepted").status_code == 404


def test_an_answer_that_is_none_of_the_three_is_not_found(employee: User) -> None:
    participation = taking_part(employee)
    assert answer(logged_in(employee), participation, "peut-être").status_code == 404
    assert kept(participation) == ""


def test_an_ended_participation_asks_for_nothing(employee: User) -> None:
    ended = taking_part(employee, ends_on=timezone.localdate() - timedelta(days=1))
    browser = logged_in(employee)
    assert "Vous ne participez à aucun programme" in browser.get(reverse(PAGE)).content.decode()
    assert answer(browser, ended, "accepted").status_code == 404


def test_the_page_asks_for_a_log_in() -> None:
    page = Browser().get(reverse(PAGE))
    assert page.status_code == 302
    assert page["Location"].startswith(reverse("account_login"))


# -- with open cases (INV-01) -----------------------------------------------------------------------------


def working_case(owner: User | None, unit: Unit, origin: Origin, number: int) -> Case:
    client = Client.objects.create(client_ref=f"C{number}", display_name="Client Essai")
    now = timezone.now()
    return Case.objects.create(
        ref=f"ATD-2026-{number:06}",
        client=client,
        identity_key=f"client:{client.pk}",
        reason_family=ReasonFamily.NO_SYNC,
        origin=origin,
        unit=unit,
        owner=owner.advisor_profile if owner else None,
        opened_at=now,
        last_event_at=now,
    )


@pytest.mark.parametrize("said", ["withdrawn", "declined"])
def test_an_acceptance_that_ends_gives_the_open_rd3plus_cases_back_in_the_same_gesture(
    employee: User, unit: Unit, said: str
) -> None:
    participation = taking_part(employee)
    consent(participation, employee, ConsentAnswer.ACCEPTED, TEXT_VERSION, timezone.now())
    owner = User.objects.get(pk=employee.pk)
    mine = working_case(owner, unit, Origin.RD3PLUS, 1)
    manual = working_case(owner, unit, Origin.MANUAL, 2)
    answer(logged_in(owner), participation, said)
    assert kept(participation) == said
    assert Case.objects.get(pk=mine.pk).owner_id is None
    assert Case.objects.get(pk=mine.pk).state == CaseState.OPENED
    assert Case.objects.get(pk=manual.pk).owner_id == employee.pk
    assert AuditEvent.objects.filter(object_type="case", object_id=str(mine.pk), refused=False).count() == 1


def test_a_case_that_cannot_be_given_back_undoes_the_withdrawal(
    employee: User, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer and what follows stand or fall together: no consent withdrawn with cases kept."""
    participation = taking_part(employee)
    consent(participation, employee, ConsentAnswer.ACCEPTED, TEXT_VERSION, timezone.now())
    working_case(User.objects.get(pk=employee.pk), unit, Origin.RD3PLUS, 1)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("panne")

    monkeypatch.setattr("cases.leaving.apply", fail)
    with pytest.raises(RuntimeError, match="panne"):
        consent(participation, employee, ConsentAnswer.WITHDRAWN, TEXT_VERSION, timezone.now())
    assert kept(participation) == ConsentAnswer.ACCEPTED
    assert participation.consent_events.count() == 1
    assert workflow.ACTIONS["release"].system


def _withdraw_while_assigned(monkeypatch: pytest.MonkeyPatch) -> Case:
    """A manager gives a case to somebody who withdraws between the check and the commit."""
    unit = Unit.objects.create(code="uat-course", name="UAT Course")
    employee = account("roux", Role.ADVISOR, unit=unit)
    manager = account("chef", Role.MANAGER, unit=unit)
    participation = taking_part(employee)
    consent(participation, employee, ConsentAnswer.ACCEPTED, TEXT_VERSION, timezone.now())
    case = working_case(None, unit, Origin.RD3PLUS, 1)
    checked, withdrawn = Event(), Event()
    give_to = assigning.give_to

    def slowly(*args: Any, **fields: Any) -> None:
        checked.set()
        withdrawn.wait(timeout=1.5)
        give_to(*args, **fields)

    monkeypatch.setattr(assigning, "give_to", slowly)

    def withdraw() -> None:
        try:
            checked.wait(timeout=20)
            consent(participation, employee, ConsentAnswer.WITHDRAWN, TEXT_VERSION, timezone.now())
            withdrawn.set()
        finally:
            connection.close()

    thread = Thread(target=withdraw)
    thread.start()
    actor = Actor.of_user(User.objects.get(pk=manager.pk))
    data = {"advisor": employee.pk, "reason_code": "load"}
    try:
        workflow.perform(case.pk, "assign", actor=actor, expected_version=case.version, **data)
    finally:
        checked.set()
        thread.join(timeout=20)
    return Case.objects.get(pk=case.pk)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_case_given_while_its_advisor_withdraws_comes_back_to_the_queue(monkeypatch) -> None:
    assert _withdraw_while_assigned(monkeypatch).owner_id is None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_holding_the_consent_a_case_stays_with_who_withdrew(monkeypatch) -> None:
    """Negative control: the consent is read and not held."""
    objection = assigning.owner_objection
    monkeypatch.setattr(assigning, "owner_objection", lambda *args, hold: objection(*args))
    assert _withdraw_while_assigned(monkeypatch).owner_id is not None
