"""Separation of duties, over the permission table (domain.md §2.6, L71): the matrix asks every row, these read it."""

from __future__ import annotations

import pytest

from atdemain.pages.permissions.table import ROLES, ROWS, Row

OPENED = ("200", "202", "302", "422")
MINE = ("mine", "-")
#: What shows an amount of somebody else, an appeal, or leads to one.
MONEY = (
    "recognition:campaigns", "recognition:campaign_new", "recognition:campaign", "recognition:campaign_awards",
    "recognition:campaign_awards_file", "recognition:campaign_award", "recognition:campaign_blocking",
    "recognition:campaign_step", "recognition:campaign_payroll", "recognition:envelope", "recognition:eligibility",
    "recognition:eligibility_of", "recognition:appeals", "recognition:appeal_decide",
    "recognition:appeal_second_level", "recognition:simulations", "recognition:simulation",
    "recognition:simulation_file",
)  # fmt: skip
#: Pages of aggregates that representatives read beside HR.
AGGREGATES = {"recognition:simulations", "recognition:simulation", "recognition:simulation_file"}


def rows(*routes: str) -> list[Row]:
    found = [row for row in ROWS if row.route in routes]
    assert {row.route for row in found} == set(routes)
    return found


def opened(role: str, *routes: str, but: tuple[str, ...] = ()) -> list[str]:
    """The rows of these addresses that answer this role; `but`: situations left out."""
    return [str(row) for row in rows(*routes) if row.expected[role] in OPENED and row.where not in but]


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("hr", "staffrep")])
def test_amounts_and_appeals_of_others_are_opened_by_nobody_but_hr(role):
    assert opened(role, *MONEY) == []


def test_representatives_open_aggregates_only():
    assert opened("staffrep", *(route for route in MONEY if route not in AGGREGATES)) == []
    people = (
        "recognition:participants", "recognition:just_causes", "recognition:neutralised", "recognition:skills",
        "recognition:dossier_people", "recognition:dossier_of", "recognition:competency_person",
        "recognition:mentoring_follow_up", "recognition:file",
    )  # fmt: skip
    assert opened("staffrep", *people, but=("mine",)) == []


@pytest.mark.parametrize("role", [role for role in ROLES if role != "hr"])
def test_just_cause_and_appeals_are_decided_by_hr_alone(role):
    assert opened(role, "recognition:file_decide", "recognition:appeal_decide") == []
    assert opened("hr", "recognition:file_decide")


@pytest.mark.parametrize("role", ["manager", "hr", "staffrep", "admin", "partner"])
def test_nobody_signs_for_another(role):
    assert opened(role, "recognition:session_sign", but=MINE) == []


@pytest.mark.parametrize("role", ["admin", "manager", "staffrep", "partner"])
def test_administrators_and_managers_validate_nothing(role):
    assert opened(role, "recognition:campaign_step", "recognition:scheme_publish") == []


def test_hr_edits_no_case():
    acts = [row for row in ROWS if row.route in ("cases:act", "cases:case")]
    assert acts
    assert [str(row) for row in acts if row.expected["hr"] in OPENED] == []


def test_hr_launches_no_survey_and_nobody_reads_raw_answers():
    """Whoever asks could ask again until somebody is recognised."""
    assert (
        opened("hr", "recognition:survey_edit", "recognition:survey_publish", "recognition:survey_close")
        == []
    )
    for role in ROLES:
        assert opened(role, "recognition:survey_answers") == []
