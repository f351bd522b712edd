"""Making the demonstration data: the same for the same day, at any hour, and never where it does not belong."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from atdemain.organisation.models import User
from cases.demo import state
from cases.enums import CaseState
from cases.models import Case
from tests.cases.clock_cast import paris
from tests.demo.making import fingerprint, made, mine

WEDNESDAY = paris("25/11/2026 10:00")


@pytest.mark.once
def test_demo_of_the_same_day_is_the_same(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        first, second = ([fingerprint() for _ in made(WEDNESDAY, 200)] for _ in range(2))
    assert first == second


@pytest.mark.once
@pytest.mark.parametrize(
    "moment",
    [
        "29/11/2026 03:10",  # a Sunday night
        "25/11/2026 23:55",
        "01/01/2027 09:00",
        "28/03/2027 03:05",  # five minutes after the hour that does not exist
    ],
)
def test_demo_is_made_at_any_hour(django_db_setup, django_db_blocker, moment: str):
    with django_db_blocker.unblock():
        for now in made(paris(moment), 0):
            assert Case.objects.count() == 19 + 1, "today's, and the parent of the mass incident"
            assert mine(state=CaseState.CALLBACK_DUE, next_due_at__lt=now).exists()


# -- where it does not belong ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_seed_demo_in_production_is_refused_and_creates_no_account(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="production"):
        call_command("seed_demo", stdout=StringIO())
    assert not User.objects.exists()


@pytest.mark.django_db
def test_seed_demo_over_other_data_is_refused_and_changes_nothing(settings):
    settings.DEBUG = True
    User.objects.create_user("someone", password="a real password")
    with pytest.raises(CommandError, match="ne viennent pas de la démonstration"):
        call_command("seed_demo", stdout=StringIO())
    call_command("seed_demo", "--if-empty", stdout=StringIO())
    assert list(User.objects.order_by("pk").values_list("username", flat=True)) == ["someone"]


@pytest.mark.django_db
def test_wipe_of_a_real_site_is_refused():
    User.objects.create_user("someone", password="a real password")
    with pytest.raises(state.SeedRefused):
        state.wipe()
