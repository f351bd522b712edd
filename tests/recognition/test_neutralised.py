"""Neutralised days: a number that HR enters outside any participation; the cause is nowhere (domain.md §11)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, models, transaction
from django.urls import reverse

from atdemain.journal.models import AuditEvent
from recognition.models import NeutralisedDays
from recognition.participation.triggers import NEUTRALISED
from recognition.scheme import seeds
from tests.office import NOW, text_of

from .people import taking_part
from .scheme_cast import published

pytestmark = pytest.mark.django_db

PAGE = reverse("recognition:neutralised")


def typed(office, **changes: object) -> dict[str, object]:
    person = office.people["advisor"].pk
    return {"employee": person, "from_on": "2026-04-01", "to_on": "2026-04-30", "days": "20", **changes}


def test_days_entered_by_hr_are_a_number_a_person_and_a_period(office):
    response = office.browser("hr").post(PAGE, typed(office))
    assert response.status_code == 302, text_of(response)
    made = NeutralisedDays.objects.get()
    assert (made.employee, made.days, made.entered_by) == (office.people["advisor"], 20, office.people["hr"])
    event = AuditEvent.objects.get(object_type="neutraliseddays")
    assert event.action == "created"
    assert not hasattr(event, "payload")


def test_days_of_somebody_who_left_the_company_are_entered_too(office):
    person = office.people["advisor"]
    taking_part(office, "advisor", accepts=False, starts_on=date(2026, 1, 5), ends_on=date(2026, 3, 31))
    person.is_active = False
    person.save()
    response = office.browser("hr").post(PAGE, typed(office))
    assert response.status_code == 302, text_of(response)
    assert NeutralisedDays.objects.get().employee == person


def test_no_field_of_the_table_or_of_the_form_can_hold_a_cause(office):
    texts = (models.CharField, models.TextField, models.JSONField, models.FileField)
    assert not [field.name for field in NeutralisedDays._meta.fields if isinstance(field, texts)]
    form = office.browser("hr").get(PAGE).context["form"]
    assert list(form.fields) == ["employee", "from_on", "to_on", "days"]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"days": "31"}, "days", "La période compte 30 jours"),
        ({"days": "0"}, "days", "1 au moins"),
        ({"days": "-3"}, "days", "1 au moins"),
        ({"days": "1,5"}, "days", "nombre entier"),
        ({"to_on": "2026-03-31"}, "to_on", "finit avant de commencer"),
        ({"from_on": "2026-02-29"}, "from_on", "Ce jour n’existe pas"),
        ({"to_on": "2026-11-10"}, "to_on", "pas passés"),
        ({"employee": ""}, "employee", "Choisissez la personne"),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_field(office, changes, field, message):
    response = office.browser("hr").post(PAGE, typed(office, **changes))
    assert response.status_code == 422
    assert message in " ".join(response.context["form"].errors[field])
    assert not NeutralisedDays.objects.exists()


@pytest.mark.parametrize(
    ("start", "end", "refused"),
    [
        (date(2026, 4, 30), None, True),
        (date(2026, 5, 1), None, False),
        (date(2026, 1, 1), date(2026, 4, 1), True),
        (date(2026, 1, 1), date(2026, 3, 31), False),
        (date(2026, 4, 10), date(2026, 4, 12), True),
    ],
)
def test_days_that_a_participation_covers_are_refused_since_they_count_already(office, start, end, refused):
    taking_part(office, accepts=False, starts_on=start, ends_on=end)
    response = office.browser("hr").post(PAGE, typed(office))
    assert response.status_code == (422 if refused else 302)
    if refused:
        assert "ils comptent d’eux-mêmes" in " ".join(response.context["form"].errors["from_on"])


def test_days_on_both_sides_of_the_end_of_a_period_are_entered_apart(office):
    """Five days of a stretch that straddles two periods counted in full in each."""
    published(
        office, seeds.inclusive(date(2026, 7, 1), date(2026, 12, 31)), now=datetime(2026, 5, 1, 9, tzinfo=UTC)
    )
    browser = office.browser("hr")
    response = browser.post(PAGE, typed(office, from_on="2026-06-20", to_on="2026-07-10", days="5"))
    assert response.status_code == 422
    assert "finit le 30/06/2026" in " ".join(response.context["form"].errors["to_on"])
    for start, end in (("2026-06-20", "2026-06-30"), ("2026-07-01", "2026-07-10")):
        assert browser.post(PAGE, typed(office, from_on=start, to_on=end, days="5")).status_code == 302


def test_days_entered_twice_are_once_and_others_that_overlap_are_refused(office):
    browser = office.browser("hr")
    assert [browser.post(PAGE, typed(office)).status_code for _ in range(2)] == [302, 302]
    response = browser.post(PAGE, typed(office, from_on="2026-04-30", to_on="2026-05-05", days="2"))
    assert response.status_code == 422
    assert "du 01/04/2026 au 30/04/2026" in text_of(response)
    assert NeutralisedDays.objects.count() == 1


def test_days_removed_leave_their_trace_in_the_journal_and_removing_twice_is_once(office):
    browser = office.browser("hr")
    browser.post(PAGE, typed(office))
    address = reverse("recognition:neutralised_remove", args=[NeutralisedDays.objects.get().pk])
    assert [browser.post(address).status_code for _ in range(2)] == [302, 302]
    assert not NeutralisedDays.objects.exists()
    events = AuditEvent.objects.filter(object_type="neutraliseddays").order_by("seq")
    assert list(events.values_list("action", flat=True)) == ["created", "withdrawn"]


def test_days_covered_since_by_a_participation_are_shown_as_such(office):
    browser = office.browser("hr")
    browser.post(PAGE, typed(office))
    taking_part(office, accepts=False, starts_on=date(2026, 4, 15))
    assert "à retirer" in text_of(browser.get(PAGE))


@pytest.mark.parametrize("wrong", [{"days": 31}, {"days": 0}, {"to_on": date(2026, 3, 1)}])
def test_database_refuses_more_days_than_the_period_none_and_a_period_backwards(office, wrong):
    made = NeutralisedDays.objects.create(
        employee=office.people["advisor"], from_on=date(2026, 4, 1), to_on=date(2026, 4, 30), days=30,
        entered_by=office.people["hr"], entered_at=NOW,
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        NeutralisedDays.objects.filter(pk=made.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        NeutralisedDays.objects.create(
            employee=office.people["colleague"], from_on=date(2026, 4, 1), to_on=date(2026, 4, 2), days=3,
            entered_by=office.people["hr"], entered_at=NOW,
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_negative_control_without_the_trigger_the_days_exceed_the_period(office):
    from django.db import connection

    with NEUTRALISED.lifted(connection):
        NeutralisedDays.objects.create(
            employee=office.people["advisor"], from_on=date(2026, 4, 1), to_on=date(2026, 4, 2), days=3,
            entered_by=office.people["hr"], entered_at=NOW,
        )  # fmt: skip
    assert NeutralisedDays.objects.get().days == 3
