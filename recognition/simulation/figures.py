"""What a simulation says, by role, by unit and by group: counts and money, masked for who reads aggregates only.

Of money they read the whole alone (domain.md §11 Masking): twelve people and 5 600 € of levels at 400 and 800 € are ten
and two, which the published table of levels masks. Two versions on the same people are two states of one table: where
one to four amounts differ, the gap would be theirs, so the second version is « non publié » there, and beside it so
that no total gives it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Sum

from recognition.enums import PARTICIPANT_ROLES
from recognition.masking import THRESHOLD, Cell, Kind, mask
from recognition.models import Simulation
from recognition.money import euros

#: (field, label, what it says of the group)
GROUPS = (
    ("left", "Sortis du projet en cours de période"),
    ("work_study", "Alternants"),
    ("designated", "Désignés"),
)


UNPUBLISHED = Cell(Kind.UNPUBLISHED)

#: Who one version treats otherwise than the other: counts of people that a difference tells.
DIFFER = {
    "changed": ~Q(before_cents=F("after_cents")),
    "crossed": Q(before_cents=0, after_cents__gt=0) | Q(before_cents__gt=0, after_cents=0),
}


@dataclass(frozen=True, slots=True)
class Both:
    """Beneficiaries and cents under both versions. `changed`: people whose amount differs; `crossed`: those whom one
    version alone pays."""

    label: str
    before: int = 0
    before_money: int = 0
    after: int = 0
    after_money: int = 0
    changed: int = 0
    crossed: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """As it is served: words, the same on the page and in the file."""

    label: str
    before: str
    before_money: str
    after: str
    after_money: str
    gap: str


@dataclass(frozen=True, slots=True)
class Table:
    key: str
    title: str
    head: str
    lines: list[Line]
    total: Line | None


@dataclass(frozen=True, slots=True)
class Figures:
    people: str  # "": with the beneficiaries it would tell that fewer than five have nothing
    blocked: str  # people whose amount is not final under one of them, a proof being missing
    tables: list[Table]
    masked: bool


def figures(simulation: Simulation, *, masked: bool) -> Figures:
    """Three queries and one for the whole, whatever the number of people."""
    whole = _sums(simulation)[0]
    roles = {row["key"]: row for row in _sums(simulation, "role")}
    units = _sums(simulation, "unit__name")
    by_role = [_both(str(role.label), roles.get(role.value)) for role in PARTICIPANT_ROLES]
    by_unit = [
        _both(row["key"] or "Sans unité", row) for row in sorted(units, key=lambda row: row["key"] or "~")
    ]
    groups = _groups(simulation)
    total = _both("Tous", whole)
    show = _masked if masked else _plain
    return Figures(
        people=_everybody(whole, masked),
        blocked=_people(whole["blocked"], masked),
        tables=[
            Table("role", "Par rôle", "Rôle", *show(by_role, total)),
            Table("unit", "Par unité", "Unité", *show(by_unit, total)),
            Table("group", "Groupes à regarder", "Groupe", _groups_served(groups, total, masked), None),
        ],
        masked=masked,
    )


def _measures(inside: Q | None = None) -> dict[str, Any]:
    """The figures of `Both`, of the people `inside`."""
    inside = inside or Q()
    return {
        "before": Count("pk", filter=inside & Q(before_cents__gt=0)),
        "before_money": Sum("before_cents", filter=inside, default=0),
        "after": Count("pk", filter=inside & Q(after_cents__gt=0)),
        "after_money": Sum("after_cents", filter=inside, default=0),
        **{name: Count("pk", filter=inside & differ) for name, differ in DIFFER.items()},
    }


def _sums(simulation: Simulation, by: str = "") -> list[dict[str, Any]]:
    rows = simulation.people.order_by()
    wanted = {
        "people": Count("pk"),
        "blocked": Count("pk", filter=Q(before_blocked=True) | Q(after_blocked=True)),
        **_measures(),
    }
    if not by:
        return [rows.aggregate(**wanted)]
    return [{**row, "key": row[by]} for row in rows.values(by).annotate(**wanted)]


def _groups(simulation: Simulation) -> list[Both]:
    wanted = {
        f"{field}_{name}": measure
        for field, _ in GROUPS
        for name, measure in _measures(Q(**{field: True})).items()
    }
    found = simulation.people.aggregate(**wanted)
    return [_both(label, {name: found[f"{field}_{name}"] for name in _measures()}) for field, label in GROUPS]


def _both(label: str, row: Mapping[str, Any] | None) -> Both:
    return Both(label, **{name: int(row[name]) for name in _measures()}) if row else Both(label)


def _plain(rows: Sequence[Both], total: Both) -> tuple[list[Line], Line]:
    return [_line(one) for one in rows], _line(total)


def _masked(rows: Sequence[Both], total: Both) -> tuple[list[Line], Line]:
    """Each column is a table of its own, on the same people, with its total; the second only where it may be compared."""
    before = mask({rank: one.before for rank, one in enumerate(rows)})
    after = mask({rank: one.after for rank, one in enumerate(rows)})
    differing = [mask({rank: getattr(one, name) for rank, one in enumerate(rows)}) for name in DIFFER]
    lines = [
        _served(one, before[rank], after[rank], [counts[rank] for counts in differing], money=False)
        for rank, one in enumerate(rows)
    ]
    return lines, _served(
        total, before.total, after.total, [counts.total for counts in differing], money=True
    )


def _groups_served(rows: Sequence[Both], total: Both, masked: bool) -> list[Line]:
    """A group beside everybody else: were the others fewer than five, it would tell of them."""
    if not masked:
        return [_line(one) for one in rows]
    return [_masked([one, _others(one, total)], total)[0][0] for one in rows]


def _others(one: Both, total: Both) -> Both:
    return Both("", **{name: getattr(total, name) - getattr(one, name) for name in _measures()})


def _served(one: Both, before: Cell, after: Cell, differing: Sequence[Cell], *, money: bool) -> Line:
    """Money only where its count shows; the gap only where both do."""
    if any(cell.masked for cell in differing):
        after = UNPUBLISHED
    whole, hidden = _line(one), UNPUBLISHED.word
    return Line(
        one.label,
        before.word,
        whole.before_money if money and not before.masked else hidden,
        after.word,
        whole.after_money if money and not after.masked else hidden,
        whole.gap if money and not before.masked and not after.masked else hidden,
    )


def _line(one: Both) -> Line:
    return Line(
        one.label,
        str(one.before),
        euros(one.before_money),
        str(one.after),
        euros(one.after_money),
        euros(one.after_money - one.before_money),
    )


def _everybody(whole: Mapping[str, Any], masked: bool) -> str:
    """Participants beside beneficiaries: the difference is a count of people too."""
    without = (whole["people"] - whole["before"], whole["people"] - whole["after"])
    if masked and whole["people"] >= THRESHOLD and any(0 < count < THRESHOLD for count in without):
        return ""
    return _people(whole["people"], masked)


def _people(count: int, masked: bool) -> str:
    return "< 5" if masked and 0 < count < THRESHOLD else str(count)
