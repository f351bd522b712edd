"""Every code that the product puts in a case's journal has its words on the audit."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from atdemain.journal.enums import AccessAction, Purpose
from cases.audit.refusals import REFUSALS, refusal_words
from cases.audit.words import FIELDS, QUOTES, SOURCES, UNTOLD, Kind, source_words
from cases.workflow.assigning import OBJECTIONS

ROOT = Path(__file__).resolve().parents[2]


@cache
def calls() -> tuple[ast.Call, ...]:
    trees = (
        ast.parse(path.read_text(encoding="utf-8"))
        for app in ("atdemain", "cases", "routing", "recognition")
        for path in sorted((ROOT / app).rglob("*.py"))
    )
    return tuple(node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))


def literals(*functions: str, place: int = 0, keyword: str = "") -> Iterator[str]:
    """The string given to these functions, by position or by name."""
    for call in calls():
        if ast.unparse(call.func).split(".")[-1] not in functions:
            continue
        given = [one.value for one in call.keywords if keyword and one.arg == keyword]
        given += call.args[place : place + 1]
        yield from (
            one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)
        )


def test_every_reason_of_a_refusal_has_words():
    codes = {*literals("Reason"), *OBJECTIONS}
    codes -= {"nothing"}
    assert len(codes) > 60
    assert codes <= REFUSALS.keys()


def test_a_code_nobody_knows_is_never_shown():
    assert refusal_words("brand_new_code") == "règle du dossier non remplie"
    assert source_words("system", "brand_new_source") == "autre origine"


def test_every_origin_of_a_row_has_words():
    sources = {*literals("system", "importer"), *literals("Actor", "of_user", keyword="source", place=9)}
    assert {"sweep", "routing", "import"} <= sources
    assert sources - {"anonymous"} <= SOURCES.keys()


def assigned(name: str) -> set[str]:
    """Keys written into `move.changes` or `move.personal` by the door's modules."""
    keys: set[str] = set()
    for path in (ROOT / "cases" / "workflow").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Subscript) and ast.unparse(target.value).endswith(f".{name}"):
                        keys |= {target.slice.value} if isinstance(target.slice, ast.Constant) else set()
            owner = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if owner.endswith(f".{name}.update"):
                keys |= {key.value for key in node.args[0].keys if isinstance(key, ast.Constant)}
            grows = isinstance(node, ast.AugAssign) and ast.unparse(node.target).endswith(f".{name}")
            if grows and isinstance(node.value, ast.Dict):
                keys |= {key.value for key in node.value.keys if isinstance(key, ast.Constant)}
    return keys


def test_every_change_that_the_door_tells_has_a_name_or_is_left_out_on_purpose():
    keys = assigned("changes")
    assert len(keys) > 25
    assert keys - FIELDS.keys() - UNTOLD == set()
    assert not FIELDS.keys() & UNTOLD


def test_every_column_of_the_case_that_the_door_saves_has_a_name():
    from cases.workflow import door

    kept = set(door._FIELDS) - door._UNTOLD - {"first_action_at"}
    assert kept - FIELDS.keys() - UNTOLD == set()


#: Personal values that their sentence tells already.
IN_THE_SENTENCE = {"entity_name", "entity_names", "delegate_name", "merged_ref"}


def test_every_personal_value_that_the_door_keeps_is_shown():
    assert assigned("personal") - QUOTES.keys() - IN_THE_SENTENCE == set()


@pytest.mark.parametrize("label", [told.label for told in FIELDS.values()] + list(QUOTES.values()))
def test_labels_are_french_words(label):
    assert label[0].isupper() or label[0] == "À"
    assert "_" not in label
    assert "'" not in label


def test_kinds_are_all_read():
    assert {told.kind for told in FIELDS.values() if isinstance(told.kind, Kind)} == set(Kind)


def test_every_purpose_and_action_given_to_the_access_log_is_one_of_its_words():
    """Views name them; a free string would reach the officer's page as nothing."""
    assert set(literals("log_access", keyword="purpose", place=9)) <= set(Purpose.values)
    assert set(literals("log_access", place=1)) <= set(AccessAction.values)
