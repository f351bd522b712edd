"""Who is judged over which days: participations, consents, exits, neutralised days (domain.md §6.3, §6.5, §11)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atdemain.organisation.enums import ConsentAnswer, ContractType, ParticipationMode
from atdemain.organisation.models import Participation, Phase, Programme, User
from recognition.enums import ExitReason
from recognition.evidence.gather import gather
from recognition.models import ParticipationExit
from recognition.results import input_hash, output_hash
from recognition.rules import judge
from recognition.scheme import seeds
from routing.models import Absence
from tests.recognition.lived import (
    CUTOFF,
    FIRST,
    LAST,
    NINETY_DAYS,
    answer,
    known_of,
    left,
    neutralised,
    noon,
    participation,
    session,
    trained,
)

ADVISOR, SUPPORT = seeds.ADVISOR, seeds.SUPPORT
TERMS = seeds.inclusive(FIRST, LAST)
pytestmark = pytest.mark.django_db


def days_of(person):
    return [(one.role, one.first, one.last) for one in person.intervals]


@pytest.fixture
def advisor(office):
    return office.people["advisor"]


@pytest.fixture
def hr(office):
    return office.people["hr"]


def test_participation_is_cut_to_the_period(advisor):
    participation(advisor, first=date(2025, 9, 1))

    assert days_of(known_of(advisor)) == [(ADVISOR, FIRST, LAST)]
    assert known_of(advisor).facts[ADVISOR, "active_days"].value == 181


def test_employee_without_a_day_in_the_period_is_not_judged(advisor, office):
    participation(advisor, first=date(2025, 1, 1), last=date(2025, 12, 31))
    participation(office.people["colleague"], first=date(2026, 7, 1))

    assert known_of(advisor) is None
    assert known_of(office.people["colleague"]) is None
    assert gather(TERMS, cutoff=CUTOFF) == []


def test_period_that_still_runs_is_judged_to_the_day_of_the_cutoff(advisor):
    participation(advisor)

    person = known_of(advisor, cutoff=noon(date(2026, 3, 31)))

    assert days_of(person) == [(ADVISOR, FIRST, NINETY_DAYS)]
    assert person.facts[ADVISOR, "in_project_at_end"].value == 1


def test_leap_day_counts(advisor):
    participation(advisor, first=date(2028, 2, 29), last=date(2028, 2, 29))
    terms = seeds.inclusive(date(2028, 1, 1), date(2028, 6, 30))

    person = known_of(advisor, cutoff=noon(date(2028, 7, 20)), terms=terms)

    assert person.facts[ADVISOR, "active_days"].value == 1
    assert terms.period_days == 182


def test_change_of_role_makes_two_intervals_and_loses_no_day(advisor):
    participation(advisor, last=NINETY_DAYS)
    participation(advisor, SUPPORT, first=date(2026, 4, 1))

    person = known_of(advisor)

    assert days_of(person) == [(ADVISOR, FIRST, NINETY_DAYS), (SUPPORT, date(2026, 4, 1), LAST)]
    assert person.facts[ADVISOR, "active_days"].value == person.facts[SUPPORT, "active_days"].value == 181


def test_two_participations_of_one_role_in_a_row_are_one_interval(advisor):
    participation(advisor, last=NINETY_DAYS)
    participation(advisor, first=date(2026, 4, 1))

    assert days_of(known_of(advisor)) == [(ADVISOR, FIRST, LAST)]


def test_two_participations_never_count_a_day_twice(advisor):
    """Two programmes, or rows from before the check: the later one only adds its own days."""
    participation(advisor, last=NINETY_DAYS)
    again = participation(advisor, SUPPORT, first=date(2026, 3, 1), last=date(2026, 4, 30))
    other = Programme.objects.create(code="autre", name="Autre programme")
    Participation.objects.filter(pk=again.pk).update(programme=other)

    assert days_of(known_of(advisor)) == [
        (ADVISOR, FIRST, NINETY_DAYS),
        (SUPPORT, date(2026, 4, 1), date(2026, 4, 30)),
    ]


def test_designated_person_who_never_answered_counts_like_the_others(advisor, office):
    participation(advisor, mode=ParticipationMode.DESIGNATED, by=office.people["manager"])

    assert known_of(advisor).facts[ADVISOR, "active_days"].value == 181


def test_withdrawal_keeps_what_was_earned_and_stops_there(advisor):
    one = participation(advisor)
    answer(one, date(2026, 1, 2))
    answer(one, NINETY_DAYS, ConsentAnswer.WITHDRAWN)

    person = known_of(advisor)

    assert days_of(person) == [(ADVISOR, FIRST, NINETY_DAYS)]
    assert person.leaving == "just"
    assert person.facts[ADVISOR, "just_cause_exit"].value == 1
    assert person.facts[ADVISOR, "in_project_at_end"].value == 0


def test_refusal_then_acceptance_counts_from_the_acceptance(advisor):
    one = participation(advisor)
    answer(one, FIRST, ConsentAnswer.DECLINED)
    answer(one, date(2026, 4, 1))

    assert days_of(known_of(advisor)) == [(ADVISOR, FIRST, FIRST), (ADVISOR, date(2026, 4, 1), LAST)]


def test_consent_answered_after_the_cutoff_is_not_known_yet(advisor):
    one = participation(advisor)
    answer(one, date(2026, 7, 25), ConsentAnswer.WITHDRAWN)

    assert days_of(known_of(advisor)) == [(ADVISOR, FIRST, LAST)]


def test_exit_for_a_just_cause_keeps_pro_rata(advisor, hr):
    trained(advisor)
    one = participation(advisor, last=NINETY_DAYS)
    made = left(one, hr)

    person = known_of(advisor)

    assert person.leaving == "just"
    assert person.facts[ADVISOR, "just_cause_exit"].sources == (f"exit:{made.pk}",)
    assert person.facts[ADVISOR, "just_cause_exit"].on == NINETY_DAYS


def test_exit_nobody_decided_is_pending_and_blocks(advisor, hr):
    left(participation(advisor, last=NINETY_DAYS), hr, "unjustified")

    person = known_of(advisor)

    assert person.leaving == "pending"
    assert judge(TERMS, person).blocking


def test_exit_decided_unjustified_makes_the_award_nil(advisor, hr, office):
    made = left(participation(advisor, last=NINETY_DAYS), office.people["manager"], "unjustified")
    ParticipationExit.objects.filter(pk=made.pk).update(
        just_cause="no", basis="decision", decided_by=hr, decided_at=noon(date(2026, 4, 10)),
        heard_on=date(2026, 4, 9), decision_text="Entendu le 09/04.",
    )  # fmt: skip

    assert known_of(advisor).leaving == "unjustified"
    assert judge(TERMS, known_of(advisor)).amount_cents == 0
    assert known_of(advisor, cutoff=noon(date(2026, 4, 9))).leaving == "pending"


def test_end_without_a_recorded_exit_is_a_just_one(advisor):
    one = participation(advisor, last=NINETY_DAYS)

    person = known_of(advisor)

    assert person.leaving == "just"
    assert person.facts[ADVISOR, "just_cause_exit"].sources == (f"participation:{one.pk}",)


def test_exit_after_the_period_changes_nothing(advisor, hr):
    left(participation(advisor, last=date(2026, 7, 10)), hr, "unjustified")

    person = known_of(advisor)

    assert person.leaving == ""
    assert person.facts[ADVISOR, "in_project_at_end"].value == 1


def test_neutralised_days_count_where_no_participation_covers_them(advisor, hr):
    participation(advisor, last=NINETY_DAYS)
    row = neutralised(advisor, hr, date(2026, 4, 1), date(2026, 6, 30), 20)

    person = known_of(advisor)

    assert person.neutralised_days == 20
    assert f"neutralised:{row.pk}" in person.facts[ADVISOR, "active_days"].sources


def test_neutralised_days_inside_a_participation_are_not_counted_twice(advisor, hr):
    participation(advisor, last=NINETY_DAYS)
    neutralised(advisor, hr, date(2026, 3, 1), date(2026, 4, 10), 30)

    assert known_of(advisor).neutralised_days == 10


def test_pilot_is_a_day_in_the_pilot_phase_and_unknown_without_one(advisor):
    participation(advisor, first=date(2025, 9, 1))
    old = seeds.historical(FIRST, LAST)
    assert known_of(advisor, terms=old).facts[ADVISOR, "pilot_participation"].value is None

    phase = Phase.objects.create(
        programme=Programme.objects.get(), kind="pilot", lead=advisor, starts_on=date(2025, 6, 1),
        ends_on=date(2025, 9, 1),
    )  # fmt: skip
    fact = known_of(advisor, terms=old).facts[ADVISOR, "pilot_participation"]
    assert fact.value == 1
    assert f"phase:{phase.pk}" in fact.sources

    Phase.objects.filter(pk=phase.pk).update(ends_on=date(2025, 8, 31))
    assert known_of(advisor, terms=old).facts[ADVISOR, "pilot_participation"].value == 0


def lived_by_four(office):
    """Two stay, two left; each trained, each a mentor."""
    everybody = [office.people[name] for name in ("advisor", "colleague", "support", "trainer")]
    for rank, who in enumerate(everybody):
        trained(who)
        one = participation(who, first=FIRST + timedelta(days=rank), last=NINETY_DAYS if rank % 2 else None)
        session(who, office.people["hr"], day=date(2026, 2, 2 + rank), minutes=480)
        if rank % 2:
            left(one, office.people["hr"], "workload")
    return everybody


def computed():
    people = gather(TERMS, cutoff=CUTOFF)
    results = [(person.number, judge(TERMS, person)) for _, person in people]
    return (
        input_hash(TERMS, (person for _, person in people)),
        output_hash((number, result, result.amount_cents) for number, result in results),
    )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    drawn=st.lists(
        st.tuples(
            st.sampled_from(ParticipationMode.values),
            st.sampled_from(ContractType.values),
            st.integers(1, 100),
            st.sampled_from([one for one in ExitReason.values if one not in ("unjustified", "contract_end")]),
        ),
        min_size=4,
        max_size=4,
    )
)
def test_amount_is_the_same_whatever_the_mode_the_contract_the_time_and_the_cause(office, drawn):
    """INV-19, through what is read of the database: neither evidence nor amount changes."""
    if not Participation.objects.exists():
        lived_by_four(office)
        office.plain = computed()  # volunteers, permanent, full time, workload
    for one, (mode, contract, percent, reason) in zip(
        Participation.objects.order_by("pk"), drawn, strict=True
    ):
        by = office.people["manager"] if mode == ParticipationMode.DESIGNATED else None
        Participation.objects.filter(pk=one.pk).update(mode=mode, designated_by=by)
        User.objects.filter(pk=one.employee_id).update(contract_type=contract, working_time_pct=percent)
        ParticipationExit.objects.filter(participation=one).update(reason=reason)

    assert computed() == office.plain


def test_amount_is_the_same_whatever_the_absences(office):
    """Days of absence inside a participation count as active (§11): no absence is read, so no cause can be."""
    everybody = lived_by_four(office)
    before = computed()

    for who in everybody:
        Absence.objects.create(
            user=who, starts_at=noon(date(2026, 2, 1)), ends_at=noon(date(2026, 3, 1)),
            declared_at=noon(date(2026, 1, 31)), declared_by=office.people["manager"],
        )  # fmt: skip

    assert computed() == before


def test_evidence_reads_no_column_of_mode_contract_time_or_absence(office):
    """The statements themselves: what is not read cannot weigh."""
    lived_by_four(office)

    with CaptureQueriesContext(connection) as asked:
        computed()

    text = " ".join(one["sql"] for one in asked.captured_queries)
    assert "organisation_participation" in text
    for column in ("contract_type", "working_time_pct", "designated_by", '"mode"', "routing_absence"):
        assert column not in text
