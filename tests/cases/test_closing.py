"""No case is left to an account that was closed, not even one given in the instant of the closing."""

from __future__ import annotations

import pytest
from django.urls import reverse

from atdemain.organisation.closing import StillHolds, close, objections
from atdemain.organisation.enums import Role
from atdemain.organisation.models import InternalAdvisor, User
from cases import hooks
from cases.leaving import release_closed
from cases.models import Case
from tests.office import HOUR, NOW, text_of
from tests.organisation.test_admin import account_data, inline

pytestmark = pytest.mark.django_db


def test_a_case_given_while_the_account_was_being_closed_goes_back_to_the_queue(office):
    case = office.case("callback_due")
    User.objects.filter(username="advisor").update(is_active=False)  # both saw nothing in the way
    assert release_closed in hooks.rounds
    release_closed(NOW)
    case = Case.objects.get(pk=case.pk)
    assert case.owner is None
    assert case.state == "callback_due"


def test_a_round_with_nobody_closed_costs_one_query(office, django_assert_num_queries):
    office.case("callback_due")
    with django_assert_num_queries(1):
        release_closed(NOW)


def test_closing_is_refused_with_every_reason_at_once(office):
    office.case("callback_due")
    office.do(
        office.case("callback_due", owner="colleague"),
        "delegate",
        "colleague",
        delegate=office.people["advisor"],
    )
    with pytest.raises(StillHolds) as refused:
        close(User.objects.get(username="advisor"), actor=office.actor("admin"), at=NOW, reason="Essai.")
    assert len(refused.value.reasons) == 2


def test_a_delegation_that_is_over_holds_nobody(office):
    case = office.do(office.case("callback_due"), "delegate", "advisor", delegate=office.people["support"])
    Case.objects.filter(pk=case.pk).update(delegate_to=NOW - HOUR)
    support = User.objects.get(username="support")
    assert objections(support, NOW, frozenset(), active=False) == []


@pytest.mark.parametrize(
    ("roles", "refused"),
    [([], True), ([Role.TRAINER], True), ([Role.ADVISOR], False), ([Role.SUPPORT], False)],
)
def test_a_role_is_lost_only_when_another_still_lets_its_work_be_done(office, roles, refused):
    office.do(office.case("callback_due"), "delegate", "advisor", delegate=office.people["support"])
    support = User.objects.get(username="support")
    assert bool(objections(support, NOW, frozenset(roles), active=True)) is refused


def test_the_administrators_form_does_not_go_round_it(office):
    """Neither the roles, nor the profile's own box."""
    office.case("callback_due")
    browser, user = office.browser("admin"), User.objects.get(username="advisor")
    profile = {"user": user.pk, "active": "on"}
    for changes, row in (
        ({"roles": ["support"]}, profile),
        ({}, profile | {"active": ""}),
    ):
        data = account_data(user, **changes) | inline("advisor_profile", row, initial=1)
        page = browser.post(reverse("admin:organisation_user_change", args=[user.pk]), data)
        assert page.status_code == 200
        assert "garde 1 dossier ouvert" in text_of(page)
    user = User.objects.get(pk=user.pk)
    assert user.is_active
    assert user.roles == {Role.ADVISOR}
    assert InternalAdvisor.objects.get(user=user).active


def test_a_specialist_does_not_change_entity_with_its_escalations(office):
    case = office.case("escalated")
    office.do(case, "acknowledge_escalation", "backoffice", escalation=case.escalations.get().pk)
    browser, user = office.browser("admin"), User.objects.get(username="backoffice")
    address = reverse("admin:organisation_user_change", args=[user.pk])
    page = browser.post(address, account_data(user, entity=office.entities["field"].pk))
    assert "traite une escalade" in text_of(page)
    assert User.objects.get(pk=user.pk).entity == office.entities["copper"]
    office.do(case, "hand_back_escalation", "backoffice", escalation=case.escalations.get().pk)
    assert browser.post(address, account_data(user, entity=office.entities["field"].pk)).status_code == 302


def test_an_account_that_is_closed_already_is_saved_as_it_is(office):
    """Its form is no trap: what is refused is closing, not having been closed."""
    user = User.objects.get(username="trainer")
    User.objects.filter(pk=user.pk).update(is_active=False)
    data = account_data(User.objects.get(pk=user.pk), first_name="Tania")
    address = reverse("admin:organisation_user_change", args=[user.pk])
    assert office.browser("admin").post(address, data).status_code == 302
