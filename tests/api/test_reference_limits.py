"""What the document says of a body and what the API takes are the same, field by field: each limit is tried on both sides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import jsonschema_rs
import pytest
from django.db import transaction

from atdemain.rest.reference.document import document
from atdemain.words import SPACES
from tests.api.contract import Found
from tests.api.stage import OPERATIONS, Stage, first_body

pytestmark = pytest.mark.django_db

#: What a field is refused for by its form alone; anything else depends on what the server knows.
FORM = {
    "missing", "not_text", "too_short", "too_long", "unknown_value", "unknown_field", "not_boolean", "not_a_time",
    "not_whole", "not_an_object", "not_a_list", "not_a_week", "out_of_range", "negative", "bad_form", "max_length",
    "min_value", "max_value", "required",
}  # fmt: skip
#: Said of a form as of the rest: it tells nothing against what the document allows.
EITHER = {"refused", "invalid"}
BODIES = [
    name
    for name, (_, _, found) in OPERATIONS.items()
    if "application/json" in found.get("requestBody", {}).get("content", {})
]


class Probe(NamedTuple):
    """`field` given `value` (MISSING: taken away); whether the document allows it."""

    field: str
    value: Any
    allowed: bool


MISSING = object()


def test_white_space_around_a_text_is_what_a_pattern_of_the_document_calls_so():
    inked = jsonschema_rs.validator_for({"type": "string", "pattern": r"\S"})
    every = (chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    assert {one for one in every if not inked.is_valid(one)} == {*SPACES}


def shape_of(found: Found) -> tuple[Found, str]:
    """The object whose fields are tried, and the name of the batch that it is in."""
    shape = resolved(found["requestBody"]["content"]["application/json"]["schema"])
    (first, *others) = shape["properties"].items() or [("", {})]
    if not others and first[1].get("type") == "array":
        return resolved(first[1]["items"]), first[0]
    return shape, ""


def resolved(shape: Found) -> Found:
    name = shape.get("$ref", "").rpartition("/")[2]
    return document()["components"]["schemas"][name] if name else shape


def probes(shape: Found) -> Iterator[Probe]:
    yield Probe("inconnu", 1, False)
    needed = shape.get("required", [])
    for name, told in shape["properties"].items():
        field = told["oneOf"][0] if "oneOf" in told else told
        kinds = [field["type"]] if isinstance(field["type"], str) else list(field["type"])
        kinds += ["null"] if "oneOf" in told else []
        yield Probe(name, MISSING, name not in needed)
        yield Probe(name, None, "null" in kinds)
        yield Probe(name, {"a": 1}, False)
        yield Probe(name, 1.5, False)
        if "string" in kinds:
            yield Probe(name, True, False)
            if "enum" not in field and "format" not in field and "pattern" not in field:
                yield Probe(name, "", field.get("minLength", 0) == 0)
        if "maxLength" in field:
            yield Probe(name, "1" * field["maxLength"], True)
            yield Probe(name, "1" * (field["maxLength"] + 1), False)
        if "minLength" in field:
            yield Probe(name, "1" * (field["minLength"] - 1), False)
            yield Probe(name, " " * field["minLength"], "pattern" not in field)
        for value in field.get("enum", []):
            yield Probe(name, value, True)
        if "enum" in field:
            yield Probe(name, "autre", False)
        if field.get("format") in ("date-time", "date"):
            yield Probe(name, "hier", False)
            yield Probe(
                name, "2026-11-10T10:00:00Z" if field["format"] == "date-time" else "2026-11-10", True
            )
        if "minimum" in field:
            yield Probe(name, field["minimum"], True)
            yield Probe(name, field["minimum"] - 1, False)
            yield Probe(name, field["maximum"], True)
            if field["maximum"] < 2**63 - 1:
                yield Probe(name, field["maximum"] + 1, False)
        if "boolean" in kinds:
            yield Probe(name, "true", False)
            yield Probe(name, False, True)
        if "array" in kinds:
            yield Probe(name, "a", False)
            yield from (Probe(name, [1] * size, False) for size in {0, 9} if field.get("minItems"))


@pytest.mark.parametrize("name", BODIES)
def test_each_field_is_taken_within_what_is_told_and_refused_beyond(office, clock, name: str):
    stage = Stage.set(office)
    _, _, found = OPERATIONS[name]
    shape, batch = shape_of(found)
    good = stage.good(name)
    by = stage.who(found)
    wrong = []
    for probe in probes(shape):
        body = json.loads(json.dumps(first_body(found)))
        target = body[batch][0] if batch else body
        target.pop(probe.field, None)
        if probe.value is not MISSING:
            target[probe.field] = probe.value
        before = transaction.savepoint()
        answer = stage.send(name, **(good | {"body": body}), by=by)
        transaction.savepoint_rollback(before)
        codes = faults_at(answer, probe.field, batch)
        if (codes & FORM) if probe.allowed else not (codes & (FORM | EITHER)):
            wrong.append(f"{probe}: {answer.status_code} {answer.content[-300:].decode()}")
    assert not wrong, "\n".join(wrong)


def faults_at(answer: Any, field: str, batch: str) -> set[str]:
    """The codes of what this field is refused for."""
    told = json.loads(answer.content)
    faults = told["items"][0].get("errors", []) if "items" in told else told.get("errors", [])
    start = f"/{batch}/0/{field}" if batch else f"/{field}"
    return {fault["code"] for fault in faults if fault["pointer"].startswith(start)}
