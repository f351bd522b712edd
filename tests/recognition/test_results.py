"""People and results as JSON, and their hashes (INV-20)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from recognition.results import (
    input_hash,
    output_hash,
    read_fact,
    read_person,
    read_result,
    write_fact,
    write_person,
    write_result,
)
from recognition.rules import Fact, judge
from tests.recognition.rules_cast import ADVISOR, FIRST, LAST, SUPPORT, level_1_only, person, terms


def crowd(*numbers):
    return [
        person((ADVISOR, FIRST, LAST), number=number, mentoring_minutes=60 * rank, leaving="just")
        for rank, number in enumerate(numbers)
    ]


def test_person_result_and_fact_survive_json():
    one = person(
        (ADVISOR, FIRST, date(2026, 3, 31)),
        (SUPPORT, date(2026, 4, 1), LAST),
        neutralised=3,
        dated={"base_training": date(2026, 1, 12)},
        **level_1_only(mentoring_minutes=None),
    )
    result = judge(terms(), one)

    assert read_person(json.loads(json.dumps(write_person(one))), one.facts) == one
    assert read_result(json.loads(json.dumps(write_result(result)))) == result
    told = Fact(3, "count", 4, ("session:1",), ("séance du 02/07",), date(2026, 2, 28))
    assert read_fact(json.loads(json.dumps(write_fact(told)))) == told


def test_hash_is_the_same_twice_and_in_any_order():
    people = crowd("E3", "E1", "E2")
    results = [(one.number, judge(terms(), one), 100) for one in people]

    assert input_hash(terms(), people) == input_hash(terms(), list(reversed(people)))
    assert output_hash(results) == output_hash(list(reversed(results)))
    again = [(one.number, judge(terms(), one), 100) for one in people]
    assert output_hash(results) == output_hash(again)


def test_hash_ignores_what_was_left_out_and_sees_everything_else():
    one = person((ADVISOR, FIRST, LAST))
    key = (ADVISOR, "mentoring_minutes")
    late = replace(one.facts[key], left_out=("séance signée le 02/07, après l’arrêt",))
    counted = replace(one.facts[key], value=one.facts[key].value + 5)

    def hashed(fact):
        return input_hash(terms(), [replace(one, facts={**one.facts, key: fact})])

    assert hashed(late) == input_hash(terms(), [one])
    assert hashed(counted) != input_hash(terms(), [one])
    assert input_hash(terms(), [replace(one, neutralised_days=1)]) != input_hash(terms(), [one])


def test_output_hash_sees_one_cent():
    one = person((ADVISOR, FIRST, LAST))
    result = judge(terms(), one)

    assert output_hash([(one.number, result, 1)]) != output_hash([(one.number, result, 2)])


@given(
    minutes=st.lists(st.integers(0, 5000), min_size=1, max_size=12), order=st.randoms(use_true_random=False)
)
def test_recomputation_gives_the_same_hash(minutes, order):
    people = [
        person((ADVISOR, FIRST, LAST), number=f"E{rank}", mentoring_minutes=value)
        for rank, value in enumerate(minutes)
    ]

    def computed(some):
        return output_hash(
            (one.number, judge(terms(), one), judge(terms(), one).amount_cents) for one in some
        )

    first = computed(people)
    order.shuffle(people)
    assert computed(people) == first
