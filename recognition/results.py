"""People, results and facts as JSON, and their hashes (domain.md §6.6, INV-20). Pure: integers, ISO days, sorted keys.

`read_…` is the inverse of `write_…`. The hashes neither depend on the order of the people nor on a clock, and leave out
what was not taken into account: a session signed after the freeze changes the list of what is left out, not the hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from atdemain.journal.chain import canonical
from recognition.findings import (
    CriterionVerdict,
    Fact,
    Interval,
    LevelVerdict,
    Person,
    Result,
    Segment,
)
from recognition.terms import Terms, write


def write_fact(fact: Fact) -> dict[str, Any]:
    return {
        "value": fact.value,
        "unit": fact.unit,
        "total": fact.total,
        "sources": list(fact.sources),
        "left_out": list(fact.left_out),
        "on": fact.on.isoformat() if fact.on else None,
        "pending": fact.pending,
    }


def read_fact(data: Mapping[str, Any]) -> Fact:
    on = data.get("on")
    return Fact(
        data["value"],
        data["unit"],
        data.get("total"),
        tuple(data.get("sources", ())),
        tuple(data.get("left_out", ())),
        date.fromisoformat(on) if on else None,
        data.get("pending", 0),
    )


def write_person(person: Person) -> dict[str, Any]:
    """Without the facts, which are rows of their own (`Evidence`)."""
    return {
        "number": person.number,
        "intervals": [
            {"role": one.role, "first": one.first.isoformat(), "last": one.last.isoformat()}
            for one in person.intervals
        ],
        "neutralised_days": person.neutralised_days,
        "leaving": person.leaving,
    }


def read_person(data: Mapping[str, Any], facts: Mapping[tuple[str, str], Fact]) -> Person:
    return Person(
        data["number"],
        tuple(
            Interval(one["role"], date.fromisoformat(one["first"]), date.fromisoformat(one["last"]))
            for one in data["intervals"]
        ),
        facts,
        data["neutralised_days"],
        data["leaving"],
    )


def write_result(result: Result) -> dict[str, Any]:
    return {
        "amount_cents": result.amount_cents,
        "level": result.level,
        "verdicts": {role: [_write_level(one) for one in levels] for role, levels in result.verdicts.items()},
        "roles": list(result.verdicts),  # the order they were held in: JSON keys have none
        "segments": [_write_segment(one) for one in result.segments],
        "blocking": list(result.blocking),
    }


def read_result(data: Mapping[str, Any]) -> Result:
    return Result(
        data["amount_cents"],
        data["level"],
        {role: tuple(_read_level(one) for one in data["verdicts"][role]) for role in data["roles"]},
        tuple(_read_segment(one) for one in data["segments"]),
        tuple(data["blocking"]),
    )


def _write_level(verdict: LevelVerdict) -> dict[str, Any]:
    return {
        "level": verdict.level,
        "outcome": str(verdict.outcome),
        "criteria": [
            {
                "criterion": one.criterion,
                "outcome": str(one.outcome),
                "fact": write_fact(one.fact) if one.fact else None,
            }
            for one in verdict.criteria
        ],
        "missing": list(verdict.missing),
    }


def _read_level(data: Mapping[str, Any]) -> LevelVerdict:
    return LevelVerdict(
        data["level"],
        data["outcome"],
        tuple(
            CriterionVerdict(
                one["criterion"], one["outcome"], read_fact(one["fact"]) if one["fact"] else None
            )
            for one in data["criteria"]
        ),
        tuple(data["missing"]),
    )


def _write_segment(segment: Segment) -> dict[str, Any]:
    return {
        "role": segment.role,
        "first": segment.first.isoformat(),
        "last": segment.last.isoformat(),
        "days": segment.days,
        "neutralised": segment.neutralised,
        "level": segment.level,
        "base_cents": segment.base_cents,
        "amount_cents": segment.amount_cents,
    }


def _read_segment(data: Mapping[str, Any]) -> Segment:
    return Segment(
        data["role"],
        date.fromisoformat(data["first"]),
        date.fromisoformat(data["last"]),
        data["days"],
        data["neutralised"],
        data["level"],
        data["base_cents"],
        data["amount_cents"],
    )


def input_hash(terms: Terms, people: Iterable[Person]) -> str:
    """SHA-256 of the terms and of everybody's frozen evidence, whatever the order they come in."""
    return _digest(write(terms), ((one.number, _evidence(one)) for one in people))


def output_hash(awards: Iterable[tuple[str, Result, int]]) -> str:
    """SHA-256 of (employee number, result, cents given), whatever the order they come in."""
    return _digest(None, ((number, [given, list(_outcome(result))]) for number, result, given in awards))


def _digest(head: Any, rows: Iterable[tuple[str, Any]]) -> str:
    """One hash per person, then one over the sorted list: ten thousand people never stand in memory at once."""
    hashed = sorted((number, hashlib.sha256(canonical(row)).hexdigest()) for number, row in rows)
    return hashlib.sha256(canonical([head, hashed])).hexdigest()


def _evidence(person: Person) -> dict[str, Any]:
    facts = [
        [role, source, fact.value, fact.total, fact.unit, fact.on, fact.pending, list(fact.sources)]
        for (role, source), fact in sorted(person.facts.items(), key=lambda item: item[0])
    ]
    return {**write_person(person), "facts": facts}


def _outcome(result: Result) -> Iterator[Any]:
    yield [result.amount_cents, result.level, list(result.blocking)]
    yield [_write_segment(one) for one in result.segments]
    for role, levels in result.verdicts.items():
        yield [
            role,
            [
                [one.level, str(one.outcome), [[c.criterion, str(c.outcome)] for c in one.criteria]]
                for one in levels
            ],
        ]
