"""Roles, the account of each request, who may own a case, consent (domain.md §2.6, §5.1, §6.3)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from atdemain.journal.models import AuditEvent
from atdemain.organisation import consent as consent_module
from atdemain.organisation.backends import AccountBackend
from atdemain.organisation.consent import ConsentRefused, consent
from atdemain.organisation.enums import DPO, ConsentAnswer, ParticipationMode, Role
from atdemain.organisation.models import (
    DemoState,
    InternalAdvisor,
    Participation,
    Programme,
    Team,
    Unit,
    UnitParticipation,
    User,
    demo_seeded_at,
)
from atdemain.organisation.participation import (
    active_participants,
    eligible_owner,
    eligible_owners,
    owner_objection,
)
from atdemain.organisation.roles import set_roles

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)
PASSWORD = "une-phrase-assez-longue"


@pytest.fixture
def unit():
    return Unit.objects.create(code="uat-test", name="UAT Test")


@pytest.fixture
def programme():
    return Programme.objects.create(code="test", name="Test")


def account(username="c.roux", *roles, **fields):
    user = User.objects.create(username=username, **fields)
    set_roles(user, roles)
    return user


def taking_part(user, programme, answer=ConsentAnswer.ACCEPTED, **fields):
    fields = {"starts_on": NOW.date() - timedelta(days=10)} | fields
    return Participation.objects.create(
        employee=user,
        programme=programme,
        role=Role.ADVISOR,
        mode=ParticipationMode.VOLUNTEER,
        consent=answer,
        **fields,
    )


# -- roles ----------------------------------------------------------------------------------------------


def test_every_role_has_its_group():
    assert set(Group.objects.values_list("name", flat=True)) == {role.value for role in Role} | {DPO}


def test_set_roles_replaces_the_roles_and_keeps_the_other_groups():
    user = account("c.roux", Role.SUPPORT)
    user.groups.add(Group.objects.create(name="astreinte"))
    set_roles(user, [Role.ADVISOR, Role.MANAGER])
    assert User.objects.get(pk=user.pk).roles == {Role.ADVISOR, Role.MANAGER}
    assert user.groups.filter(name="astreinte").exists()


def test_set_roles_makes_an_advisor_able_to_own_and_keeps_a_former_one_switched_off():
    user = account("c.roux", Role.ADVISOR)
    assert InternalAdvisor.objects.get(user=user).active
    set_roles(user, [Role.SUPPORT])
    assert not InternalAdvisor.objects.get(user=user).active
    set_roles(user, [Role.SUPPORT, Role.ADVISOR])
    assert InternalAdvisor.objects.get(user=user).active


def test_set_roles_does_not_switch_a_profile_back_on_when_another_role_changes():
    user = account("c.roux", Role.ADVISOR)
    InternalAdvisor.objects.filter(user=user).update(active=False)
    set_roles(user, [Role.ADVISOR, Role.TRAINER])
    assert not InternalAdvisor.objects.get(user=user).active


def test_only_administrators_enter_the_administration():
    user = account("c.roux", Role.ADMIN)
    assert User.objects.get(pk=user.pk).is_staff
    set_roles(user, [Role.ADVISOR])
    assert not User.objects.get(pk=user.pk).is_staff


# -- the account of a request ---------------------------------------------------------------------------


def test_get_user_brings_everything_in_one_query(unit, django_assert_num_queries):
    team = Team.objects.create(unit=unit, name="Équipe 1")
    user = account("c.roux", Role.ADVISOR, Role.STAFF_REP, unit=unit, team=team)
    with django_assert_num_queries(1):
        loaded = AccountBackend().get_user(user.pk)
        assert loaded.roles == {Role.ADVISOR, Role.STAFF_REP}
        assert loaded.unit == unit
        assert loaded.team == team
        assert loaded.entity is None
        assert loaded.advisor_profile.active
        assert loaded.has_role(Role.ADVISOR)
        assert demo_seeded_at(loaded) is None


def test_get_user_of_a_demonstration_brings_its_date(django_assert_num_queries):
    DemoState.objects.create(seeded_at=NOW, seed=1, complete=True)
    user = account()
    loaded = AccountBackend().get_user(user.pk)
    with django_assert_num_queries(0):
        assert demo_seeded_at(loaded) == NOW
    with django_assert_num_queries(1):
        assert demo_seeded_at() == NOW


@pytest.mark.parametrize("is_active", [True, False])
def test_get_user_answers_active_accounts_only(is_active):
    user = account(is_active=is_active)
    assert (AccountBackend().get_user(user.pk) == user) is is_active


def test_get_user_unknown_answers_none():
    assert AccountBackend().get_user(0) is None


def test_the_log_in_accepts_the_password_and_no_other(rf):
    user = account()
    user.set_password(PASSWORD)
    user.save()
    request = rf.post("/accounts/login/")
    assert authenticate(request, username="c.roux", password=PASSWORD) == user
    assert authenticate(request, username="c.roux", password="autre") is None


@pytest.mark.parametrize("role", [*Role])
def test_model_permissions_belong_to_administrators(role):
    loaded = AccountBackend().get_user(account("c.roux", role).pk)
    assert loaded.has_perm("organisation.change_unit") is (role is Role.ADMIN)
    assert loaded.has_module_perms("organisation") is (role is Role.ADMIN)


# -- who may own ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "answer", "dates", "origin", "code"),
    [
        ([Role.ADVISOR], ConsentAnswer.ACCEPTED, {}, "rd3plus", ""),
        ([Role.ADVISOR, Role.STAFF_REP], ConsentAnswer.ACCEPTED, {}, "rd3plus", ""),
        ([Role.ADVISOR], ConsentAnswer.DECLINED, {}, "rd3plus", "no_consent"),
        ([Role.ADVISOR], ConsentAnswer.WITHDRAWN, {}, "rd3plus", "no_consent"),
        ([Role.ADVISOR], "", {}, "rd3plus", "no_consent"),
        ([Role.ADVISOR], None, {}, "rd3plus", "not_participant"),
        ([Role.ADVISOR], None, {}, "manual", ""),
        ([Role.ADVISOR], ConsentAnswer.ACCEPTED, {"ends_on": NOW.date()}, "rd3plus", ""),
        (
            [Role.ADVISOR],
            ConsentAnswer.ACCEPTED,
            {"ends_on": NOW.date() - timedelta(days=1)},
            "rd3plus",
            "not_participant",
        ),
        (
            [Role.ADVISOR],
            ConsentAnswer.ACCEPTED,
            {"starts_on": NOW.date() + timedelta(days=1)},
            "rd3plus",
            "not_participant",
        ),
        ([Role.SUPPORT], ConsentAnswer.ACCEPTED, {}, "rd3plus", "not_internal"),
        ([Role.BACK_OFFICE], None, {}, "manual", "not_internal"),
        ([Role.PARTNER], None, {}, "manual", "not_internal"),
    ],
)
def test_owner_objection_names_the_first_rule_not_met(programme, roles, answer, dates, origin, code):
    user = account("c.roux", *roles)
    if answer is not None:
        taking_part(user, programme, answer, **dates)
    user = User.objects.get(pk=user.pk)
    assert owner_objection(user, origin, NOW) == code
    assert eligible_owner(user, origin, NOW) is (code == "")
    assert eligible_owners(origin, NOW).filter(user=user).exists() is (code == "")


def test_a_switched_off_profile_or_account_owns_nothing(programme):
    user = account("c.roux", Role.ADVISOR)
    taking_part(user, programme)
    InternalAdvisor.objects.filter(user=user).update(active=False)
    assert owner_objection(User.objects.get(pk=user.pk), "rd3plus", NOW) == "not_internal"
    InternalAdvisor.objects.filter(user=user).update(active=True)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert owner_objection(User.objects.get(pk=user.pk), "rd3plus", NOW) == "not_internal"
    assert not eligible_owners("rd3plus", NOW).exists()


# -- consent --------------------------------------------------------------------------------------------


def test_consent_by_the_employee_is_kept_and_journalled_once(programme):
    user = account("c.roux", Role.ADVISOR)
    participation = taking_part(user, programme, "")
    consent(participation, user, ConsentAnswer.ACCEPTED, "2026-1", NOW)
    assert Participation.objects.get(pk=participation.pk).consent == ConsentAnswer.ACCEPTED
    assert active_participants(NOW).filter(employee=user).exists()
    event = AuditEvent.objects.get(object_type="participation", object_id=str(participation.pk))
    assert event.changes["consent"] == ["", "accepted"]
    assert event.actor_id == user.pk


def test_consent_given_twice_changes_nothing(programme):
    user = account("c.roux", Role.ADVISOR)
    participation = taking_part(user, programme, "")
    first = consent(participation, user, ConsentAnswer.ACCEPTED, "2026-1", NOW)
    second = consent(participation, user, ConsentAnswer.ACCEPTED, "2026-1", NOW + timedelta(hours=1))
    assert first == second
    assert participation.consent_events.count() == 1
    assert AuditEvent.objects.filter(object_type="participation").count() == 1


def test_consent_given_by_another_is_refused(programme):
    user, manager = account("c.roux", Role.ADVISOR), account("chef", Role.MANAGER)
    participation = taking_part(user, programme, "")
    with pytest.raises(ConsentRefused, match="Seul le salarié"):
        consent(participation, manager, ConsentAnswer.ACCEPTED, "2026-1", NOW)
    assert not participation.consent_events.exists()
    assert not AuditEvent.objects.exists()


def test_consent_withdrawn_is_told_to_those_who_must_follow(programme, monkeypatch):
    told = []
    follow = [lambda user, at, actor: told.append((user, at))]
    monkeypatch.setattr(consent_module, "on_withdrawal", follow)
    user = account("c.roux", Role.ADVISOR)
    participation = taking_part(user, programme, "")
    consent(participation, user, ConsentAnswer.ACCEPTED, "2026-1", NOW)
    consent(participation, user, ConsentAnswer.WITHDRAWN, "2026-1", NOW + timedelta(days=1))
    assert told == [(user, NOW + timedelta(days=1))]
    assert owner_objection(User.objects.get(pk=user.pk), "rd3plus", NOW) == "no_consent"


@pytest.mark.parametrize(
    ("answer", "version", "ends_on", "message"),
    [
        (ConsentAnswer.WITHDRAWN, "2026-1", None, "Aucun accord à retirer"),
        (ConsentAnswer.ACCEPTED, " ", None, "version du texte"),
        (ConsentAnswer.ACCEPTED, "2026-1", NOW.date() - timedelta(days=1), "terminée"),
    ],
)
def test_consent_without_object_is_refused(programme, answer, version, ends_on, message):
    user = account("c.roux", Role.ADVISOR)
    participation = taking_part(user, programme, "", ends_on=ends_on)
    with pytest.raises(ConsentRefused, match=message):
        consent(participation, user, answer, version, NOW)


# -- periods --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "clashes"),
    [
        ((2026, 1, 1), (2026, 1, 31), False),
        ((2026, 1, 1), (2026, 2, 1), True),
        ((2026, 2, 10), (2026, 2, 12), True),
        ((2026, 2, 28), None, True),
        ((2026, 3, 1), None, False),
        ((2026, 1, 1), None, True),
    ],
)
def test_participations_of_a_person_do_not_overlap(programme, start, end, clashes):
    user = account("c.roux", Role.ADVISOR)
    taking_part(user, programme, starts_on=datetime(2026, 2, 1).date(), ends_on=datetime(2026, 2, 28).date())  # noqa: DTZ001
    other = Participation(
        employee=user,
        programme=programme,
        role=Role.ADVISOR,
        mode=ParticipationMode.VOLUNTEER,
        starts_on=datetime(*start).date(),  # noqa: DTZ001
        ends_on=datetime(*end).date() if end else None,  # noqa: DTZ001
    )
    if clashes:
        with pytest.raises(ValidationError, match=r"chevauche une autre \(depuis le 01/02/2026"):
            other.full_clean()
    else:
        other.full_clean()


def test_participations_of_a_unit_without_dates_overlap_everything(programme, unit):
    UnitParticipation.objects.create(programme=programme, unit=unit, participates=True)
    other = UnitParticipation(programme=programme, unit=unit, participates=True, valid_from=NOW.date())
    with pytest.raises(ValidationError, match="depuis toujours, sans fin"):
        other.full_clean()


def test_a_period_that_ends_before_it_starts_is_refused(programme, unit):
    wrong = UnitParticipation(
        programme=programme,
        unit=unit,
        participates=True,
        valid_from=NOW.date(),
        valid_to=NOW.date() - timedelta(days=1),
    )
    with pytest.raises(ValidationError, match="finit avant de commencer"):
        wrong.full_clean()


@pytest.mark.parametrize("reason", ["", "Trop court", "x" * 19])
def test_not_taking_part_without_a_public_reason_is_refused(programme, unit, reason):
    silent = UnitParticipation(programme=programme, unit=unit, participates=False, reason_public=reason)
    with pytest.raises(ValidationError, match="20"):
        silent.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        silent.save()


def test_not_taking_part_with_a_public_reason_is_kept(programme, unit):
    UnitParticipation.objects.create(
        programme=programme, unit=unit, participates=False, reason_public="x" * 20
    )
