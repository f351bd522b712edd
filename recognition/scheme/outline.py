"""A condition as rows that a form can hold: what, and how far in (domain.md §6.2). Pure.

The rows of depth 0 are all asked for; a row « all » or « any » announces those right under it, one step further in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

ALL, ANY = "all", "any"
CRITERION, LEVEL = "criterion:", "level:"
#: One less than `terms.DEEPEST`: the rows stand in a group of their own.
DEEPEST = 5


class Row(NamedTuple):
    """`what`: « all », « any », « criterion:<code> » or « level:<code> »."""

    depth: int
    what: str


class OutlineRefused(ValueError):
    """`row` counts from 0; French, says what to do."""

    def __init__(self, row: int, message: str) -> None:
        super().__init__(message)
        self.row, self.message = row, message


def rows_of(condition: Any) -> list[Row]:
    """Of stored JSON; empty when it is no condition."""
    if not isinstance(condition, Mapping) or len(condition) != 1:
        return []
    ((key, value),) = condition.items()
    if key == ALL and isinstance(value, list):
        return [row for part in value for row in _rows(part, 0)]
    return _rows(condition, 0)


def _rows(condition: Any, depth: int) -> list[Row]:
    if not isinstance(condition, Mapping) or len(condition) != 1:
        return []
    ((key, value),) = condition.items()
    if key == "criterion":
        return [Row(depth, f"{CRITERION}{value}")]
    if key == "same_as":
        return [Row(depth, f"{LEVEL}{value}")]
    if key in (ALL, ANY) and isinstance(value, list):
        return [Row(depth, key), *(row for part in value for row in _rows(part, depth + 1))]
    return []


def condition_of(rows: Sequence[Row]) -> dict[str, Any] | None:
    """As it is stored, None without a row. Raises OutlineRefused where a row is further in than what announces it."""
    top: list[Any] = []
    open_groups: list[list[Any]] = [top]  # by depth: where a row of that depth goes
    for position, (depth, what) in enumerate(rows):
        if depth > DEEPEST:
            raise OutlineRefused(position, f"Pas plus de {DEEPEST} retraits : simplifiez la condition.")
        if depth >= len(open_groups):
            raise OutlineRefused(
                position,
                "Cette ligne est en retrait sous une ligne qui n’annonce rien : mettez « Toutes » ou « L’une » "
                "au-dessus, ou réduisez le retrait.",
            )
        del open_groups[depth + 1 :]
        if what in (ALL, ANY):
            inside: list[Any] = []
            open_groups[depth].append({what: inside})
            open_groups.append(inside)
        elif what.startswith(CRITERION):
            open_groups[depth].append({"criterion": what.removeprefix(CRITERION)})
        elif what.startswith(LEVEL):
            open_groups[depth].append({"same_as": what.removeprefix(LEVEL)})
        else:
            raise OutlineRefused(position, "Choisissez ce que dit cette ligne, ou retirez-la.")
    if not top:
        return None
    return {ALL: top}


def moved(rows: Sequence[Row], action: str) -> list[Row]:
    """« add », or « up:3 », « down:3 », « remove:3 »; an action that makes no sense changes nothing."""
    found = list(rows)
    verb, _, tail = action.partition(":")
    if verb == "add":
        return [*found, Row(found[-1].depth if found else 0, "")]
    if not tail.isdecimal() or len(tail) > 3 or int(tail) >= len(found):
        return found
    at = int(tail)
    if verb == "remove":
        del found[at]
    elif verb == "up" and at > 0:
        found[at - 1], found[at] = found[at], found[at - 1]
    elif verb == "down" and at < len(found) - 1:
        found[at + 1], found[at] = found[at], found[at + 1]
    return found
