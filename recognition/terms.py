"""The terms of a scheme version, as data (domain.md §6.1, §6.2). Pure.

A condition is a tree: all of, any of, a criterion by its code, or another level's condition by its code (« level 1
and »). A criterion that does not name the person's role does not apply to them and is left out of the tree.

As data a condition is {"criterion": code}, {"same_as": level}, {"all": [...]} or {"any": [...]}; `read` and `write`
are each other's inverse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

#: Groups in groups: no condition a reader can follow goes deeper.
DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Criterion:
    """`threshold` is in `unit` (minutes, days, a count, a percentage); 1 for what is true or not."""

    code: str
    label: str
    source: str  # code of an evidence source (recognition/sources.py)
    comparator: str
    threshold: int
    unit: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneCriterion:
    criterion: str


@dataclass(frozen=True, slots=True)
class SameAs:
    """The condition of another level of the version."""

    level: str


@dataclass(frozen=True, slots=True)
class AllOf:
    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    of: tuple[Condition, ...]


Condition = OneCriterion | SameAs | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Level:
    """`amounts`: role → cents, gross."""

    code: str
    rank: int
    label: str
    amounts: Mapping[str, int]
    condition: Condition


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides of an award; both ends of the period are included. `levels` by rank."""

    number: int
    period_start: date
    period_end: date
    eligible_roles: tuple[str, ...]
    criteria: Mapping[str, Criterion]
    levels: tuple[Level, ...]
    budget_policy: str
    appeal_days: int

    @property
    def period_days(self) -> int:
        return (self.period_end - self.period_start).days + 1


class TermsRefused(ValueError):
    """The data do not make terms; `path` says where (« levels.level_1.condition.all.2 »), `message` what, in French."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path} : {message}")
        self.path, self.message = path, message


def read(data: Mapping[str, Any]) -> Terms:
    """Terms of what `write` made. Raises TermsRefused with the path of the first thing that is not as said.

    The shape only: what a version may say is judged by `recognition.scheme.validator`.
    """
    criteria = _mapping(data.get("criteria"), "criteria")
    levels = tuple(
        read_level(one, f"levels.{rank}") for rank, one in enumerate(_list(data.get("levels"), "levels"), 1)
    )
    return Terms(
        number=_integer(data.get("number"), "number"),
        period_start=_day(data.get("period_start"), "period_start"),
        period_end=_day(data.get("period_end"), "period_end"),
        eligible_roles=_texts(data.get("eligible_roles"), "eligible_roles"),
        criteria={code: read_criterion(code, one, f"criteria.{code}") for code, one in criteria.items()},
        levels=tuple(sorted(levels, key=lambda level: (level.rank, level.code))),
        budget_policy=_text(data.get("budget_policy"), "budget_policy"),
        appeal_days=_integer(data.get("appeal_days"), "appeal_days"),
    )


def read_criterion(code: str, data: Any, path: str = "criteria") -> Criterion:
    one = _mapping(data, path)
    return Criterion(
        code=_text(code, path),
        label=_text(one.get("label"), f"{path}.label"),
        source=_text(one.get("source"), f"{path}.source"),
        comparator=_text(one.get("comparator"), f"{path}.comparator"),
        threshold=_integer(one.get("threshold"), f"{path}.threshold"),
        unit=_text(one.get("unit"), f"{path}.unit"),
        roles=_texts(one.get("roles"), f"{path}.roles"),
    )


def read_level(data: Any, path: str = "levels") -> Level:
    one = _mapping(data, path)
    code = _text(one.get("code"), f"{path}.code")
    path = f"levels.{code}"
    amounts = _mapping(one.get("amounts"), f"{path}.amounts")
    return Level(
        code=code,
        rank=_integer(one.get("rank"), f"{path}.rank"),
        label=_text(one.get("label"), f"{path}.label"),
        amounts={role: _integer(cents, f"{path}.amounts.{role}") for role, cents in amounts.items()},
        condition=read_condition(one.get("condition"), f"{path}.condition"),
    )


def read_condition(data: Any, path: str = "condition", depth: int = 0) -> Condition:
    one = _mapping(data, path)
    if len(one) != 1:
        raise TermsRefused(path, "une condition dit une seule chose")
    if depth > DEEPEST:
        raise TermsRefused(path, f"une condition n’a pas plus de {DEEPEST} niveaux de groupes")
    ((key, value),) = one.items()
    if key == "criterion":
        return OneCriterion(_text(value, f"{path}.criterion"))
    if key == "same_as":
        return SameAs(_text(value, f"{path}.same_as"))
    if key not in ("all", "any"):
        raise TermsRefused(path, f"condition inconnue : {str(key)[:40]}")
    parts = tuple(
        read_condition(part, f"{path}.{key}.{rank}", depth + 1)
        for rank, part in enumerate(_list(value, f"{path}.{key}"), 1)
    )
    return AllOf(parts) if key == "all" else AnyOf(parts)


def write(terms: Terms) -> dict[str, Any]:
    """As JSON holds it: integers, ISO dates, codes."""
    return {
        "number": terms.number,
        "period_start": terms.period_start.isoformat(),
        "period_end": terms.period_end.isoformat(),
        "eligible_roles": list(terms.eligible_roles),
        "criteria": {code: write_criterion(one) for code, one in terms.criteria.items()},
        "levels": [write_level(level) for level in terms.levels],
        "budget_policy": terms.budget_policy,
        "appeal_days": terms.appeal_days,
    }


def write_criterion(criterion: Criterion) -> dict[str, Any]:
    """Without its code, which is its key."""
    return {
        "label": criterion.label,
        "source": criterion.source,
        "comparator": criterion.comparator,
        "threshold": criterion.threshold,
        "unit": criterion.unit,
        "roles": list(criterion.roles),
    }


def write_level(level: Level) -> dict[str, Any]:
    return {
        "code": level.code,
        "rank": level.rank,
        "label": level.label,
        "amounts": dict(level.amounts),
        "condition": write_condition(level.condition),
    }


def write_condition(condition: Condition) -> dict[str, Any]:
    match condition:
        case OneCriterion(criterion):
            return {"criterion": criterion}
        case SameAs(level):
            return {"same_as": level}
        case AllOf(of):
            return {"all": [write_condition(part) for part in of]}
        case AnyOf(of):
            return {"any": [write_condition(part) for part in of]}


def leaves(condition: Condition) -> Iterator[OneCriterion | SameAs]:
    """Every criterion and level a condition names, in reading order."""
    match condition:
        case OneCriterion() | SameAs():
            yield condition
        case AllOf(of) | AnyOf(of):
            for part in of:
                yield from leaves(part)


def _mapping(value: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise TermsRefused(path, "il manque, ou n’est pas un objet")
    return value


def _list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise TermsRefused(path, "il manque, ou n’est pas une liste")
    return list(value)


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str) or not value:
        raise TermsRefused(path, "il manque, ou n’est pas un texte")
    return str.__str__(value)


def _texts(value: Any, path: str) -> tuple[str, ...]:
    return tuple(_text(one, path) for one in _list(value, path))


def _integer(value: Any, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TermsRefused(path, "il manque, ou n’est pas un nombre entier")
    return value


def _day(value: Any, path: str) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise TermsRefused(path, "il manque, ou n’est pas une date") from None
