"""The state diagram is drawn from the code, and the code is the table of domain.md §3.2."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from cases.diagram import END, START, TRANSITIONS, block, drawing, mermaid, passages
from cases.enums import CaseState
from cases.models import Case

#: domain.md §3.2, « id, source, target, actor »; T13 alone: what a merge does to the case that stays.
TABLE = """
T01,,opened,système conseiller soutien manager
T02,opened,callback_due,conseiller suppléant manager
T03,opened,escalated,conseiller suppléant manager
T03b,callback_due,escalated,conseiller suppléant manager
T04,escalated,escalated,conseiller suppléant manager
T05,escalated,callback_due,back-office partenaire conseiller manager
T05b,escalated,callback_due,conseiller suppléant manager
T06,escalated,callback_due,système
T07a,callback_due,opened,conseiller suppléant manager
T07b,callback_due,escalated,conseiller suppléant manager
T07c,callback_due,callback_due,conseiller suppléant manager
T08,callback_due,callback_due,conseiller suppléant manager
T09a,opened,resolved,conseiller suppléant manager
T09b,callback_due,resolved,conseiller suppléant manager
T10,resolved,opened,système
T11,resolved,opened,conseiller manager
T12,resolved,closed,système
T13,opened,callback_due,système
T13,opened,escalated,système
T13,escalated,callback_due,système
T13a,opened,closed,conseiller manager
T13b,escalated,closed,conseiller manager
T13c,callback_due,closed,conseiller manager
T13d,resolved,closed,conseiller manager
T14a,opened,closed,manager
T14b,escalated,closed,manager
T14c,callback_due,closed,manager
T15,closed,opened,manager
"""
ROWS = [tuple(line.split(",")) for line in TABLE.split("\n") if line]
README = Path(settings.BASE_DIR) / "README.md"


def test_passages_of_the_code_are_those_of_the_table():
    assert sorted((p.code, p.source, p.target) for p in passages()) == sorted(row[:3] for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_each_passage_says_who_does_it(row):
    code, source, target, actors = row
    (passage,) = [p for p in passages() if (p.code, p.source, p.target) == (code, source, target)]

    for actor in actors.split():
        assert actor in passage.who
    assert ("suppléant" in passage.who) == ("suppléant" in actors)
    assert ("manager" in passage.who) == ("manager" in actors)


def test_every_transition_of_the_model_names_its_sources():
    """Never `source="*"`, nor a transition that the table does not know."""
    known = {transition.name for transition in Case._meta.get_field("state").get_all_transitions(Case)}

    assert known == TRANSITIONS.keys()
    for transition in Case._meta.get_field("state").get_all_transitions(Case):
        assert transition.source in CaseState.values


def test_mermaid_draws_each_pair_of_states_once_with_all_its_codes():
    drawn = {}
    for line in mermaid().splitlines():
        if "-->" in line and ":" in line and "[*]" not in line:
            ways, codes = line.strip().split(": ")
            source, target = ways.split(" --> ")
            assert (source, target) not in drawn
            drawn[source, target] = set(codes.split(", "))
    expected = {}
    for code, source, target, _ in ROWS:
        if source:
            expected.setdefault((source, target), set()).add(code)

    assert drawn == expected
    assert "[*] --> opened: T01" in mermaid()


def test_page_draws_as_many_arrows_as_there_are_pairs():
    picture = drawing()

    assert {box.title for box in picture["boxes"]} == {state.label for state in CaseState}
    assert len(picture["arrows"]) == len({row[1:3] for row in ROWS if row[1]})


def test_readme_holds_the_diagram_of_the_code():
    text = README.read_text(encoding="utf-8")

    assert block() in text, "manage.py state_diagram --write puts it there"


def test_command_prints_the_block():
    out = StringIO()

    call_command("state_diagram", stdout=out)

    assert out.getvalue().strip() == block()


def test_command_writes_the_block_between_the_markers_and_nothing_else(tmp_path):
    page = tmp_path / "README.md"
    page.write_text(f"avant\n{START}\nancien\n{END}\naprès\n", encoding="utf-8")

    for _ in range(2):
        call_command("state_diagram", "--write", file=str(page), stderr=StringIO())

    assert page.read_text(encoding="utf-8") == f"avant\n{block()}\naprès\n"


@pytest.mark.parametrize("text", [None, "sans repère", f"{START} seul", f"{END}\n{START}"])
def test_command_without_its_two_markers_says_so(tmp_path, text):
    page = tmp_path / "README.md"
    if text is not None:
        page.write_text(text, encoding="utf-8")

    with pytest.raises(CommandError):
        call_command("state_diagram", "--write", file=str(page), stderr=StringIO())
