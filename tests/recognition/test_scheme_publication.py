"""Publishing a version: by a second person of HR, before its period, for good (domain.md §6.1, INV-16, INV-17; HR 1–4)."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta

import pytest

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from atdemain.organisation.enums import ParticipationMode
from atdemain.organisation.models import Participation
from recognition.models import BudgetEnvelope, SchemeVersion
from recognition.rules import Fact, Interval, Person
from recognition.scheme import drafting, publication, seeds
from recognition.scheme.drafting import SchemeRefused, SchemeStale
from recognition.scheme.publication import NotPublished
from tests.office import NOW
from tests.recognition.scheme_cast import (
    BEFORE,
    DAY,
    HALF,
    actor,
    draft,
    envelope,
    programme,
    publish,
    published,
    second_hr,
)

pytestmark = pytest.mark.django_db


def codes(refused: pytest.ExceptionInfo[NotPublished]) -> set[str]:
    return {one.code for one in refused.value.issues}


def test_version_published_by_a_second_person_is_public_and_journalled_once(office):
    row = published(office)
    assert (row.state, row.published_on, len(row.content_hash)) == ("published", date(2026, 11, 10), 64)
    events = AuditEvent.objects.filter(object_type="schemeversion", object_id=str(row.pk), action="published")
    assert [(one.from_state, one.to_state, one.refused) for one in events] == [("draft", "published", False)]


def test_publication_tells_participants_hr_and_representatives_once(office):
    Participation.objects.create(
        employee=office.people["advisor"], programme=programme(), role="advisor",
        mode=ParticipationMode.VOLUNTEER, starts_on=date(2026, 9, 1),
    )  # fmt: skip
    published(office)
    told = Notification.objects.filter(kind="scheme_published").order_by("recipient__username")
    assert [one.recipient.username for one in told] == ["advisor", "hr", "hr2", "staffrep"]


def test_version_is_never_published_by_who_wrote_it(office):
    row = draft(office)
    with pytest.raises(NotPublished) as refused:
        publish(office, row, by="hr")
    assert codes(refused) == {"same_person"}
    assert SchemeVersion.objects.get(pk=row.pk).state == "draft"
    assert (
        AuditEvent.objects.filter(object_type="schemeversion", action="published", refused=True).count() == 1
    )


def test_version_is_never_published_by_who_touched_it_even_once(office):
    row = draft(office)
    second = second_hr(office)
    row = drafting.change(
        row.pk,
        {"name": "Un mot de plus"},
        version=row.version,
        by=second,
        actor=actor(office, "hr2"),
        now=NOW,
    )
    with pytest.raises(NotPublished) as refused:
        publish(office, row)
    assert codes(refused) == {"same_person"}


def test_saving_the_same_content_makes_nobody_a_writer(office):
    row = draft(office)
    second = second_hr(office)
    same = drafting.change(
        row.pk, {"name": row.name}, version=row.version, by=second, actor=actor(office, "hr2"), now=NOW
    )
    assert (same.version, same.writers) == (row.version, [office.people["hr"].pk])


@pytest.mark.parametrize("who", ["manager", "admin", "staffrep", "advisor"])
def test_version_is_published_by_hr_alone(office, who):
    row = draft(office)
    with pytest.raises(NotPublished) as refused:
        publish(office, row, by=who)
    assert codes(refused) == {"same_person"}


def test_version_that_starts_today_is_refused_to_hr(office):
    row = draft(office, seeds.inclusive(date(2026, 11, 10), date(2027, 5, 10)))
    with pytest.raises(NotPublished) as refused:
        publish(office, row)
    assert codes(refused) == {"starts_too_soon"}


def test_version_without_its_renewal_clause_is_refused_to_hr(office):
    row = draft(office, renewal="", max_renewals=None)
    with pytest.raises(NotPublished) as refused:
        publish(office, row)
    assert codes(refused) == {"no_renewal", "no_max_renewals"}


def test_version_with_a_criterion_on_the_contract_is_refused_to_hr(office):
    row = draft(office)
    criteria = {**row.criteria, "days_60": {**row.criteria["days_60"], "source": "contract_type"}}
    row = drafting.change(
        row.pk,
        {"criteria": criteria},
        version=row.version,
        by=office.people["hr"],
        actor=actor(office),
        now=NOW,
    )
    with pytest.raises(NotPublished) as refused:
        publish(office, row)
    assert "forbidden_source" in codes(refused)


def test_version_that_meets_another_period_is_refused(office):
    published(office)
    row = draft(office, seeds.inclusive(date(2027, 6, 30), date(2027, 12, 31)))
    with pytest.raises(NotPublished) as refused:
        publish(office, row)
    assert codes(refused) == {"period_overlaps"}


def test_publication_of_a_version_that_changed_meanwhile_is_stale(office):
    row = draft(office)
    drafting.change(
        row.pk, {"name": "Autre"}, version=row.version, by=office.people["hr"], actor=actor(office), now=NOW
    )
    with pytest.raises(SchemeStale):
        publish(office, row)


def test_second_click_on_publish_is_stale_and_publishes_nothing_more(office):
    row = draft(office)
    publish(office, row)
    with pytest.raises(SchemeStale) as stale:
        publish(office, row)
    assert stale.value.current.state == "published"
    assert AuditEvent.objects.filter(object_type="schemeversion", action="published").count() == 1


def test_draft_changed_by_two_people_at_once_keeps_the_first(office):
    row = draft(office)
    second_hr(office)
    drafting.change(
        row.pk, {"name": "Premier"}, version=row.version, by=office.people["hr"], actor=actor(office), now=NOW
    )
    with pytest.raises(SchemeStale) as stale:
        drafting.change(
            row.pk, {"name": "Second"}, version=row.version, by=office.people["hr2"], actor=actor(office, "hr2"), now=NOW
        )  # fmt: skip
    assert stale.value.current.name == "Premier"


def test_published_version_is_changed_by_no_door(office):
    row = published(office)
    with pytest.raises(SchemeStale):
        drafting.change(
            row.pk,
            {"name": "Autre"},
            version=row.version,
            by=office.people["hr"],
            actor=actor(office),
            now=NOW,
        )
    with pytest.raises(SchemeStale):
        drafting.drop(row.pk, version=row.version, actor=actor(office), now=NOW)


def test_draft_is_dropped_with_its_envelope_and_leaves_its_trace(office):
    row = draft(office)
    drafting.drop(row.pk, version=row.version, actor=actor(office), now=NOW)
    assert not SchemeVersion.objects.filter(pk=row.pk).exists()
    assert not BudgetEnvelope.objects.exists()
    assert AuditEvent.objects.filter(object_type="schemeversion", action="dropped").count() == 1


# -- amendments ------------------------------------------------------------------------------------------


def advisor(number: str, minutes: int) -> Person:
    """Somebody at level 1, and at level 2 from 14 h up."""
    facts = {
        ("advisor", "active_days"): Fact(100, "days"),
        ("advisor", "base_training"): Fact(1, "yes_no"),
        ("advisor", "suggestions"): Fact(2, "count"),
        ("advisor", "mutual_help_minutes"): Fact(0, "minutes"),
        ("advisor", "in_project_at_end"): Fact(1, "yes_no"),
        ("advisor", "just_cause_exit"): Fact(0, "yes_no"),
        ("advisor", "mentoring_minutes"): Fact(minutes, "minutes"),
        ("advisor", "distinct_trainees"): Fact(3, "count"),
    }
    return Person(number, (Interval("advisor", *HALF),), facts)


@pytest.fixture
def people(monkeypatch, office):
    """« advisor » reaches level 2, « colleague » level 1; their days are those of any period."""
    mine, other = office.people["advisor"].pk, office.people["colleague"].pk

    def everybody(terms, *, cutoff, programme_id):
        return [
            (pk, replace(one, intervals=(Interval("advisor", terms.period_start, terms.period_end),)))
            for pk, one in ((mine, advisor("A1", 900)), (other, advisor("A2", 600)))
        ]

    monkeypatch.setattr(publication, "gather", everybody)
    return mine, other


def amended(office, row: SchemeVersion, **level_2) -> SchemeVersion:
    hr = office.people["hr"]
    better = drafting.amending(row, by=hr, actor=actor(office), now=NOW)
    levels = deepcopy(better.levels)
    levels[1] |= level_2
    return drafting.change(
        better.pk, {"levels": levels}, version=better.version, by=hr, actor=actor(office), now=NOW
    )


def test_amendment_that_gives_more_takes_the_place_during_the_period(office, people):
    row = published(office)
    within = NOW + 100 * DAY
    better = amended(office, row, amounts=dict.fromkeys(seeds.ROLES, 800_01))
    better = publish(office, better, now=within)
    assert (better.state, better.period_start, better.amends_id) == ("in_force", HALF[0], row.pk)
    assert SchemeVersion.objects.get(pk=row.pk).state == "ended"
    assert [one.pk for one in SchemeVersion.objects.holding(date(2027, 3, 1))] == [better.pk]


def test_amendment_that_takes_a_cent_from_one_person_is_refused_and_says_from_whom(office, people):
    mine, _ = people
    row = published(office)
    worse = amended(office, row, amounts=dict.fromkeys(seeds.ROLES, 799_99))
    with pytest.raises(NotPublished) as refused:
        publish(office, worse, now=NOW + 100 * DAY)
    assert codes(refused) == {"less_favourable"}
    assert "1 personne y perdrait" in str(refused.value)
    assert [(one.employee_id, one.before, one.after) for one in refused.value.losses] == [
        (mine, 800_00, 799_99)
    ]
    assert SchemeVersion.objects.get(pk=row.pk).state == "published"


def test_amendment_of_a_period_that_has_not_begun_is_tried_on_the_days_just_passed(office, people):
    row = published(office)
    worse = amended(office, row, amounts=dict.fromkeys(seeds.ROLES, 799_99))
    with pytest.raises(NotPublished) as refused:
        publish(office, worse)
    assert codes(refused) == {"less_favourable"}


def test_amendment_of_an_amended_version_is_not_begun(office, people):
    row = published(office)
    publish(office, amended(office, row, amounts=dict.fromkeys(seeds.ROLES, 900_00)))
    row = SchemeVersion.objects.get(pk=row.pk)
    with pytest.raises(SchemeRefused):
        drafting.amending(row, by=office.people["hr"], actor=actor(office), now=NOW)


def test_amendment_is_judged_on_the_evidence_that_the_product_holds(office):
    """No fake: a participant of the whole period would lose the days that a higher threshold takes."""
    Participation.objects.create(
        employee=office.people["backoffice"], programme=programme(), role="back_office",
        mode=ParticipationMode.DESIGNATED, designated_by=office.people["manager"], starts_on=date(2026, 1, 1),
    )  # fmt: skip
    days = {
        "label": "Jours",
        "source": "active_days",
        "comparator": "at_least",
        "threshold": 60,
        "unit": "days",
    }
    criteria = {"days": {**days, "roles": ["back_office"]}}
    level = {"code": "level_1", "rank": 1, "label": "Niveau 1", "condition": {"criterion": "days"}}
    level["amounts"] = {"back_office": 400_00}
    row = published(office, eligible_roles=["back_office"], criteria=criteria, levels=[level])
    hr = office.people["hr"]
    for cents, accepted in ((399_99, False), (400_00, True)):
        better = drafting.amending(row, by=hr, actor=actor(office), now=NOW)
        levels = [{**level, "amounts": {"back_office": cents}}]
        fields = {"levels": levels, "name": f"À {cents}"}
        better = drafting.change(
            better.pk, fields, version=better.version, by=hr, actor=actor(office), now=NOW
        )
        if accepted:
            assert publish(office, better).state == "published"
        else:
            with pytest.raises(NotPublished) as refused:
                publish(office, better)
            assert [one.after for one in refused.value.losses] == [399_99]


# -- drafts made from a version --------------------------------------------------------------------------


def test_draft_from_a_version_keeps_its_conditions_and_is_to_be_dated(office):
    row = published(office)
    copy = drafting.copied(row, by=office.people["hr"], actor=actor(office), now=NOW)
    assert (copy.number, copy.period_start, copy.period_end) == (row.number + 1, None, None)
    assert (copy.criteria, copy.levels) == (row.criteria, row.levels)
    assert envelope(copy) == envelope(row)


@pytest.mark.parametrize(
    ("period", "following"),
    [
        (HALF, (date(2027, 7, 1), date(2027, 12, 31))),
        ((date(2027, 3, 1), date(2027, 3, 31)), (date(2027, 4, 1), date(2027, 4, 30))),
        ((date(2027, 11, 1), date(2028, 1, 31)), (date(2028, 2, 1), date(2028, 4, 30))),
        ((date(2028, 2, 1), date(2028, 2, 29)), (date(2028, 3, 1), date(2028, 3, 31))),
        ((date(2027, 1, 10), date(2027, 4, 9)), (date(2027, 4, 10), date(2027, 7, 8))),
    ],
)
def test_next_period_holds_as_many_months_or_days(period, following):
    row = SchemeVersion(period_start=period[0], period_end=period[1])
    assert drafting.next_period(row) == following


def test_express_renewal_is_a_draft_for_the_next_period(office):
    row = published(office, renewal="express", max_renewals=1)
    again = drafting.renewing(row, by=office.people["hr"], actor=actor(office), now=NOW)
    assert (again.state, again.period_start, again.renewal_rank) == ("draft", date(2027, 7, 1), 1)
    with pytest.raises(SchemeRefused):
        drafting.renewing(row, by=office.people["hr"], actor=actor(office), now=NOW)
    again = publish(office, again)
    with pytest.raises(SchemeRefused, match="autant qu’elle le prévoit"):
        drafting.renewing(again, by=office.people["hr"], actor=actor(office), now=NOW + timedelta(days=400))


def test_version_of_the_past_is_written_through_the_same_door(office):
    """How the demonstration has a version published before its period: `now` is a parameter."""
    past = NOW - 200 * DAY
    row = published(office, seeds.inclusive(*BEFORE), now=past)
    assert (row.published_on, row.state) == (date(2026, 4, 24), "published")
