"""A statement written once gives what its queryset gives, on the database of the session."""

from __future__ import annotations

import pytest
from django.db.models import Exists, OuterRef, Value
from django.utils import timezone

from atdemain.organisation.models import CalendarException, Team, Unit, User
from atdemain.statements import Param, Statement

pytestmark = pytest.mark.django_db

HOURS = [[["08:00", "12:00"], ["13:00", "24:00"]]] * 6 + [[]]


@pytest.fixture
def office() -> Unit:
    unit = Unit.objects.create(code="brest", name="UAT Brest", weekly_hours=HOURS)
    team = Team.objects.create(unit=unit, name="Équipe 100 %")
    User.objects.create(username="ada", last_name="Ada", unit=unit, team=team)
    User.objects.create(username="zoe", last_name="Zoé")
    return unit


def test_instances_come_with_their_joined_neighbours_none_where_there_is_none(
    office, django_assert_num_queries
):
    statement = Statement(
        lambda: User.objects.select_related("unit", "team__unit").filter(username=Param("name"))
    )
    for _ in range(6):  # written, then prepared by the server
        with django_assert_num_queries(1):
            (ada,) = statement(name="ada")
            assert (ada.unit.name, ada.team.unit.pk, ada.unit.weekly_hours) == ("UAT Brest", office.pk, HOURS)
    with django_assert_num_queries(1):
        (zoe,) = statement(name="zoe")
        assert zoe.unit is None
        assert zoe.team is None
    assert ada == User.objects.get(username="ada")
    assert ada.__dict__.keys() == User.objects.get(username="ada").__dict__.keys()
    assert not ada._state.adding
    assert ada._state.db == "default"


def test_times_come_back_as_the_orm_gives_them(office):
    now = timezone.now()
    User.objects.filter(username="ada").update(last_login=now)
    statement = Statement(
        lambda: User.objects.filter(last_login__lte=Param("now"), last_login__gt=Param("then"))
    )
    assert [user.last_login for user in statement(now=now, then=now - timezone.timedelta(minutes=1))] == [now]
    assert statement(now=now, then=now) == []


def test_constants_hold_percent_signs_and_quotes(office):
    Team.objects.create(unit=office, name="L’équipe d'à côté, 50 %s")
    statement = Statement(
        lambda: Team.objects.filter(
            name__in=["L’équipe d'à côté, 50 %s", "Équipe 100 %"], unit=Param("unit")
        ).order_by("name")
    )
    assert [team.name for team in statement(unit=office.pk)] == ["L’équipe d'à côté, 50 %s", "Équipe 100 %"]
    assert statement(unit=0) == []


def test_annotations_and_limits(office):
    with_team = Exists(Team.objects.filter(unit=OuterRef("unit"), name__startswith=Value("Équipe")))
    statement = Statement(lambda: User.objects.annotate(has=with_team).order_by("-username")[:1])
    (user,) = statement()
    assert (user.username, user.has) == ("zoe", False)
    assert statement.first() == user
    assert Statement(lambda: User.objects.filter(pk=Param("pk"))).first(pk=0) is None


def test_values_lists_and_unions_are_rows(office):
    CalendarException.objects.create(
        unit=office, date="2026-12-24", opens="08:00", closes="12:00", reason="Fêtes"
    )
    statement = Statement(
        lambda: CalendarException.objects.filter(unit=Param("unit")).values_list("date", "reason", "opens")
    )
    assert statement(unit=office.pk) == [(CalendarException.objects.get().date, "Fêtes", "08:00")]
    users = User.objects.filter(unit=Param("unit")).order_by().values_list("username", "last_name")
    both = Statement(
        lambda: users.union(Team.objects.order_by().values_list("name", Value("team")), all=True)
    )
    assert sorted(both(unit=office.pk)) == [("ada", "Ada"), ("Équipe 100 %", "team")]


def test_a_value_that_is_not_given_is_an_error(office):
    with pytest.raises(KeyError, match="name"):
        Statement(lambda: User.objects.filter(username=Param("name")))()


def test_what_a_statement_cannot_do_is_refused():
    with pytest.raises(TypeError, match="prefetches nothing"):
        Statement(lambda: Unit.objects.prefetch_related("calendar_exceptions"))()
    with pytest.raises(TypeError, match="values_list"):
        Statement(lambda: Unit.objects.values("name"))()
