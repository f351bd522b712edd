"""The rules of a mentoring session, without a database (domain.md §6.4, INV-21)."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.mentoring import rules
from recognition.mentoring.rules import Person, Slot

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 10, 14, 30, tzinfo=UTC)
NINE = datetime(2026, 11, 10, 8, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def person(pk: int, *taken: tuple[datetime, datetime], start: datetime = NINE, **facts) -> Person:
    return Person(
        pk, f"Personne {pk}", PARIS, start.astimezone(PARIS).date(),
        taken=tuple(Slot(*one) for one in taken), **facts,
    )  # fmt: skip


def codes(
    minutes: int = 60, *, mentor: Person | None = None, trainees=None, start: datetime = NINE, now=NOW
) -> list[str]:
    mentor = mentor or person(1, start=start)
    trainees = [person(2, start=start)] if trainees is None else trainees
    return [one.code for one in rules.plan_reasons(mentor, trainees, start, start + minutes * MINUTE, now)]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (-5, ["not_positive"]),
        (0, ["not_positive"]),
        (10, ["duration"]),
        (15, []),
        (17, ["step"]),
        (420, []),
        (425, ["seven_hours", "seven_hours"]),
        (485, ["duration", "seven_hours", "seven_hours"]),
    ],
)
def test_a_session_lasts_fifteen_minutes_to_eight_hours_by_five(minutes, expected):
    assert codes(minutes) == expected


def test_eight_hours_across_midnight_are_less_than_seven_on_each_day():
    start = datetime(2026, 11, 10, 19, 0, tzinfo=UTC)  # 20:00 to 04:00
    assert codes(480, start=start) == []
    assert rules.minutes_by_day(start, start + 8 * HOUR, PARIS) == {
        date(2026, 11, 10): 240, date(2026, 11, 11): 240,
    }  # fmt: skip


def test_the_night_of_the_clock_change_counts_elapsed_minutes():
    start = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)  # midnight; that Sunday has twenty-five hours
    assert rules.minutes_by_day(start, start + 26 * HOUR, PARIS) == {
        date(2026, 10, 25): 25 * 60, date(2026, 10, 26): 60,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("trainees", "expected"),
    [
        ([], ["no_trainee"]),
        ([1], ["oneself"]),
        ([2, 2], ["twice"]),
        ([2, 3, 4, 5], []),
        ([2, 3, 4, 5, 6], ["group"]),
    ],
)
def test_a_group_is_one_to_four_colleagues_and_never_the_mentor(trainees, expected):
    assert codes(trainees=[person(pk) for pk in trainees]) == expected


def test_a_mentor_who_left_before_that_day_is_refused_with_the_date():
    gone = person(1, taking_part=False, left_on=date(2026, 11, 9))
    (reason,) = rules.plan_reasons(gone, [person(2)], NINE, NINE + HOUR, NOW)
    assert reason.message.endswith("sortie du projet le 09/11/2026.")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"account_active": False}, "n’est pas en activité"),
        ({"may": False}, "n’est pas en activité"),
        ({"active_from": date(2026, 11, 11)}, "entrée le 11/11/2026"),
        ({"active_to": date(2026, 11, 9)}, "départ le 09/11/2026"),
    ],
)
def test_a_trainee_who_is_not_there_that_day_is_named_at_the_trainees(facts, words):
    (reason,) = rules.plan_reasons(person(1), [person(2, **facts)], NINE, NINE + HOUR, NOW)
    assert (reason.field, words in reason.message) == ("trainees", True)


def test_the_first_and_the_last_day_are_worked():
    day = date(2026, 11, 10)
    assert codes(trainees=[person(2, active_from=day, active_to=day)]) == []


def test_a_session_too_old_to_be_signed_or_too_far_ahead_is_refused():
    assert codes(start=NOW - 14 * DAY - HOUR, now=NOW) == ["too_old"]
    assert codes(start=NOW - 14 * DAY - HOUR + 5 * MINUTE, now=NOW) == []
    assert codes(start=NOW + 90 * DAY + MINUTE, now=NOW) == ["too_far"]


times = st.integers(0, 7 * 24 * 12).map(lambda n: datetime(2026, 11, 9, tzinfo=UTC) + n * 5 * MINUTE)
lengths = st.integers(3, 96).map(lambda n: n * 5 * MINUTE)


@given(times, lengths, times, lengths)
def test_two_sessions_of_one_person_are_refused_exactly_when_they_share_an_instant(one, first, two, second):
    start, end = two, two + second
    found = rules.plan_reasons(
        person(1, start=start), [person(2, (one, one + first), start=start)], start, end, NOW
    )
    shared = max(one, two) < min(one + first, end)
    assert any(reason.code == "overlap" for reason in found) == shared


@given(st.lists(st.tuples(times, lengths), max_size=30))
def test_whatever_is_accepted_never_overlaps_nor_passes_seven_hours_a_day(wanted):
    kept: list[tuple[datetime, datetime]] = []
    for start, length in wanted:
        end = start + length
        found = rules.plan_reasons(person(1, *kept, start=start), [person(2, start=start)], start, end, start)
        if not found:
            kept.append((start, end))
    kept.sort()
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(kept))
    total: dict[date, int] = {}
    for start, end in kept:
        for day, minutes in rules.minutes_by_day(start, end, PARIS).items():
            total[day] = total.get(day, 0) + minutes
    assert max(total.values(), default=0) <= 420


@given(times, lengths)
def test_the_minutes_of_the_days_add_up_to_the_session(start, length):
    assert sum(rules.minutes_by_day(start, start + length, PARIS).values()) == length // MINUTE


def test_the_hash_covers_everything_that_is_signed_and_nothing_else():
    base = rules.content_hash(1, [2, 3], NINE, NINE + HOUR, "fibre")
    assert base == rules.content_hash(1, [3, 2], NINE.astimezone(PARIS), NINE + HOUR, "fibre")
    others = {
        rules.content_hash(9, [2, 3], NINE, NINE + HOUR, "fibre"),
        rules.content_hash(1, [2], NINE, NINE + HOUR, "fibre"),
        rules.content_hash(1, [2, 3], NINE + MINUTE, NINE + HOUR, "fibre"),
        rules.content_hash(1, [2, 3], NINE, NINE + 2 * HOUR, "fibre"),
        rules.content_hash(1, [2, 3], NINE, NINE + HOUR, "cuivre"),
    }
    assert len(others) == 5
    assert base not in others


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (-MINUTE, "future"),
        (timedelta(0), None),
        (14 * DAY, None),
        (14 * DAY + timedelta(seconds=1), "too_late"),
    ],
)
def test_a_session_is_signed_from_its_end_to_fourteen_times_twenty_four_hours_later(after, expected):
    found = rules.sign_reasons(person(1), NINE, state="draft", party=True, now=NINE + after)
    assert [one.code for one in found] == ([expected] if expected else [])


@pytest.mark.parametrize("state", ["disputed", "expired", "cancelled"])
def test_a_session_that_is_stopped_is_neither_signed_nor_changed_nor_disputed(state):
    facts = {"state": state, "now": NINE + HOUR}
    assert rules.sign_reasons(person(1), NINE, party=True, **facts)[0].code == "state"
    assert rules.change_reasons(NINE, **facts)[0].code == "state"
    assert rules.dispute_reasons(NINE - HOUR, NINE, trainee=True, **facts)[0].code == "state"
