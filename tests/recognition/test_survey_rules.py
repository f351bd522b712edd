"""What surveys rest on, pure: Wilson's interval, groups of five."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.intervals import share, wilson
from recognition.surveys.crowd import FEWEST, UNSAID, coarsened
from recognition.surveys.questions import checked, from_data, make, to_data


def test_wilson_of_69_in_150_is_the_interval_of_the_field():
    """domain.md L53: 69/150 → 46.0 % [38.2 ; 54.0]."""
    found = share(69, 150)
    assert [round(one, 1) for one in (found.percent, found.low_percent, found.high_percent)] == [
        46.0,
        38.2,
        54.0,
    ]


@pytest.mark.parametrize("wrong", [(1, 0), (-1, 5), (6, 5)])
def test_wilson_of_no_share_is_refused(wrong):
    with pytest.raises(ValueError, match="no share"):
        wilson(*wrong)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_stays_within_0_and_1(pair):
    k, n = pair
    low, high = wilson(k, n)
    assert 0 <= low <= k / n + 1e-12
    assert k / n - 1e-12 <= high <= 1


GROUPS = st.dictionaries(
    st.tuples(st.sampled_from(["advisor", "support", "manager", "trainer"]), st.integers(1, 5)),
    st.integers(1, 12),
    min_size=1,
)


@given(GROUPS)
def test_every_group_that_answers_bear_has_five_people(people):
    if sum(people.values()) < FEWEST:
        with pytest.raises(ValueError, match="too few"):
            coarsened(people)
        return
    told = coarsened(people)
    assert told.keys() == people.keys()
    sizes = Counter()
    for group, count in people.items():
        role, unit = told[group]
        assert role in ("", group[0])
        assert unit in (None, group[1])
        sizes[told[group]] += count
    assert min(sizes.values()) >= FEWEST


def test_rare_roles_of_a_unit_are_told_by_their_unit_alone():
    people = {("advisor", 1): 9, ("trainer", 1): 2, ("support", 1): 3, ("manager", 2): 5}
    told = coarsened(people)
    assert told[("advisor", 1)] == ("advisor", 1)
    assert told[("trainer", 1)] == told[("support", 1)] == ("", 1)
    assert told[("manager", 2)] == ("manager", 2)


def test_one_person_left_alone_is_nobody_in_particular_among_the_smallest_group():
    people = {("advisor", 1): 9, ("manager", 2): 6, ("trainer", 2): 1}
    told = coarsened(people)
    assert told[("trainer", 2)] == told[("manager", 2)] == UNSAID
    assert told[("advisor", 1)] == ("advisor", 1)


@pytest.mark.parametrize(
    ("kind", "text", "labels", "said"),
    [
        ("yes_no", " ", (), "Écrivez la question."),
        ("single", "Q", ("Un",), "au moins deux"),
        ("single", "Q", ("Un", "un "), "les mêmes"),
        ("single", "Q", [str(number) for number in range(9)], "au plus"),
        ("free", "Q", (), "forme"),
    ],
)
def test_question_nobody_could_answer_is_refused(kind, text, labels, said):
    with pytest.raises(ValueError, match=said):
        make("q1", kind, text, labels)


def test_answers_are_kept_only_when_each_is_one_of_the_choices():
    asked = from_data(to_data([make("q1", "scale", "Note"), make("q2", "single", "Choix", ("A", "B"))]))
    assert checked(asked, {"q1": "5", "q2": "c2", "name": "Jean"}) == {"q1": "5", "q2": "c2"}
    for wrong in ({"q1": "6", "q2": "c1"}, {"q1": "1"}, {"q1": "1", "q2": "A"}):
        with pytest.raises(ValueError, match="q"):
            checked(asked, wrong)
